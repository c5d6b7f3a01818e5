//! Proxy between a server and PostgreSQL that can interrupt connections.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{self, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::sleep,
};

/// Treatment of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// Bytes pass in both directions.
    Open,
    /// Open connections are closed, and new ones are closed after they are accepted.
    Cut,
    /// No bytes pass in either direction, and connections stay open.
    Silent,
}

/// Proxy of a database.
pub struct Proxy {
    passage: watch::Sender<Passage>,
    database: watch::Sender<SocketAddr>,
    url: String,
}

impl Proxy {
    /// Starts a proxy of the database of a URL.
    pub async fn to(url: &str) -> Self {
        Self::far_from(url, Duration::ZERO).await
    }

    /// Starts a proxy of the database of a URL, with this latency.
    pub async fn far_from(url: &str, latency: Duration) -> Self {
        let (before, after) = url.rsplit_once('@').expect("the URL has a user");
        let (_, name) = after.split_once('/').expect("the URL has a path");
        let database = watch::Sender::new(address_in(url));
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("there is a free port");
        let address = listener.local_addr().expect("is bound");
        let passage = watch::Sender::new(Passage::Open);
        tokio::spawn(accept(
            listener,
            latency,
            database.subscribe(),
            passage.subscribe(),
        ));
        Self {
            passage,
            database,
            url: format!("{before}@{address}/{name}"),
        }
    }

    /// Returns the URL that leads through the proxy.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Redirects new connections to the database of another URL.
    pub fn lead_to(&self, url: &str) {
        self.database.send_replace(address_in(url));
    }

    /// Changes the treatment of connections, at once.
    pub fn set(&self, passage: Passage) {
        self.passage.send_replace(passage);
    }
}

/// Returns the address in a database's URL.
fn address_in(url: &str) -> SocketAddr {
    let (_, after) = url.rsplit_once('@').expect("the URL has a user");
    let (address, _) = after.split_once('/').expect("the URL has a path");
    address.parse().expect("the URL has an address")
}

async fn accept(
    listener: TcpListener,
    latency: Duration,
    database: watch::Receiver<SocketAddr>,
    passage: watch::Receiver<Passage>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let database = *database.borrow();
        tokio::spawn(pass(client, database, latency, passage.clone()));
    }
}

/// Forwards one connection while the passage is open.
async fn pass(
    mut client: TcpStream,
    database: SocketAddr,
    latency: Duration,
    mut passage: watch::Receiver<Passage>,
) {
    if *passage.borrow() == Passage::Cut {
        return;
    }
    let Ok(mut server) = TcpStream::connect(database).await else {
        return;
    };
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    tokio::select! {
        _ = copy(from_client, to_server, latency) => {}
        _ = copy(from_server, to_client, Duration::ZERO) => {}
        _ = passage.wait_for(|passage| *passage != Passage::Open) => {}
    }
    // During the silence both ends stay open. Then they are closed, since bytes may be lost.
    let _ = passage
        .wait_for(|passage| *passage != Passage::Silent)
        .await;
}

/// Forwards bytes with a delay.
async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    latency: Duration,
) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return to.shutdown().await;
        }
        if !latency.is_zero() {
            sleep(latency).await;
        }
        to.write_all(&buffer[..length]).await?;
    }
}
