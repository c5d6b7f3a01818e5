//! A database that goes away and comes back: what stands between a server and PostgreSQL and does as it is told.

use std::net::SocketAddr;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What becomes of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// They reach the database.
    Open,
    /// Those that exist are closed and new ones are refused a conversation.
    Cut,
    /// Nothing gets through in either direction, and nobody is told.
    Silent,
}

/// Passes connections on to a database.
pub struct Proxy {
    passage: watch::Sender<Passage>,
    url: String,
}

impl Proxy {
    /// Stands in for the database of a URL.
    pub async fn to(url: &str) -> Self {
        let (before, after) = url.rsplit_once('@').expect("the URL has a user");
        let (database, name) = after.split_once('/').expect("the URL has a path");
        let database: SocketAddr = database.parse().expect("the URL has an address");
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("there is a free port");
        let address = listener.local_addr().expect("is bound");
        let passage = watch::Sender::new(Passage::Open);
        tokio::spawn(accept(listener, database, passage.subscribe()));
        Self {
            passage,
            url: format!("{before}@{address}/{name}"),
        }
    }

    /// The URL that leads through it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Changes what becomes of connections, at once.
    pub fn set(&self, passage: Passage) {
        self.passage.send_replace(passage);
    }
}

async fn accept(listener: TcpListener, database: SocketAddr, passage: watch::Receiver<Passage>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(pass(client, database, passage.clone()));
    }
}

/// Lets one connection through for as long as the passage is open.
async fn pass(mut client: TcpStream, database: SocketAddr, mut passage: watch::Receiver<Passage>) {
    if *passage.borrow() == Passage::Cut {
        return;
    }
    let Ok(mut server) = TcpStream::connect(database).await else {
        return;
    };
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = passage.wait_for(|passage| *passage != Passage::Open) => {}
    }
    // Until the silence ends both ends stay open and learn nothing; then they are closed, since bytes may be lost.
    let _ = passage
        .wait_for(|passage| *passage != Passage::Silent)
        .await;
}
