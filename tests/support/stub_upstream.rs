//! Stub of a server, for behavior that a real one cannot be made to show.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// Treatment of a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The request is answered.
    Answer(String),
    /// The connection is closed.
    Close,
    /// No bytes are sent, and the connection stays open.
    NoResponse,
}

impl Reply {
    /// Creates a response of a status, headers (each with its line end) and a body.
    pub fn new(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Answer(format!(
            "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        ))
    }

    /// Creates a 200 response that may be cached for a second.
    pub fn kept(body: &str) -> Self {
        Self::new("200 OK", "Cache-Control: s-maxage=1\r\n", body)
    }
}

type Answering = dyn Fn(&str) -> Reply + Send + Sync;

/// Stub that answers requests and records their heads. Ends when dropped.
pub struct Upstream {
    address: String,
    heads: Arc<Mutex<Vec<String>>>,
    _accepting: JoinSet<()>,
}

impl Upstream {
    /// Answers every request with the result of `answer`, which gets its head.
    pub async fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("there is a free port");
        let address = listener.local_addr().expect("is bound").to_string();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, Arc::new(answer), Arc::clone(&heads)));
        Self {
            address,
            heads,
            _accepting: accepting,
        }
    }

    /// Answers every request with `reply`.
    pub async fn always(reply: Reply) -> Self {
        Self::start(move |_| reply.clone()).await
    }

    /// Returns host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the heads of all requests so far, in lower case.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn accept(listener: TcpListener, answer: Arc<Answering>, heads: Arc<Mutex<Vec<String>>>) {
    let mut connections = JoinSet::new();
    while let Ok((connection, _)) = listener.accept().await {
        let (answer, heads) = (Arc::clone(&answer), Arc::clone(&heads));
        connections.spawn(async move {
            // The edge may close a connection at any time.
            let _ = converse(connection, &*answer, &heads).await;
        });
    }
}

async fn converse(
    mut connection: TcpStream,
    answer: &Answering,
    heads: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut received = Vec::new();
    loop {
        while !received.ends_with(b"\r\n\r\n") {
            if connection.read_buf(&mut received).await? == 0 {
                return Ok(());
            }
        }
        let head = String::from_utf8_lossy(&received).to_lowercase();
        received.clear();
        let reply = answer(&head);
        heads.lock().unwrap().push(head);
        match reply {
            Reply::Answer(text) => connection.write_all(text.as_bytes()).await?,
            Reply::Close => return Ok(()),
            Reply::NoResponse => {}
        }
    }
}
