//! Clients that never finish sending a request or reading a response.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use socket2::{Domain, Socket, Type};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

/// Source addresses of the clients, since limits are per address.
const SOURCES: u32 = 200;

/// Time until all are connected.
const CONNECT_PERIOD: Duration = Duration::from_secs(5);

/// Pause before a rejected client tries again.
const PAUSE: Duration = Duration::from_secs(1);

/// Pause between two bytes of a head.
const DRIP: Duration = Duration::from_secs(5);

/// Receive buffer of a client that never reads, in bytes. Otherwise the kernel would receive the whole response.
const BUFFER: usize = 4 << 10;

/// Starts `count` clients of each kind, which reconnect whenever they are disconnected. They end when the set is
/// dropped.
pub fn start(edge: &str, count: u32) -> JoinSet<()> {
    let edge: SocketAddr = edge.parse().expect("an address and a port");
    let mut clients = JoinSet::new();
    for number in 0..count {
        // Connects at different times.
        let delay = CONNECT_PERIOD * number / count;
        let source = Ipv4Addr::from_bits(Ipv4Addr::new(127, 0, 1, 0).to_bits() + number % SOURCES);
        clients.spawn(again_and_again(edge, source, delay, drip));
        clients.spawn(again_and_again(edge, source, delay, ask_and_never_read));
    }
    clients
}

async fn again_and_again<Work: Future<Output = ()>>(
    edge: SocketAddr,
    source: Ipv4Addr,
    delay: Duration,
    behave: impl Fn(TcpStream) -> Work,
) {
    sleep(delay).await;
    loop {
        if let Ok(stream) = connect(edge, source).await {
            behave(stream).await;
        }
        sleep(PAUSE).await;
    }
}

async fn connect(edge: SocketAddr, source: Ipv4Addr) -> std::io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.set_recv_buffer_size(BUFFER)?;
    socket.bind(&SocketAddr::from((source, 0)).into())?;
    TcpSocket::from_std_stream(socket.into())
        .connect(edge)
        .await
}

/// Sends a byte of a head now and then, until the connection is closed.
async fn drip(mut stream: TcpStream) {
    let head = b"GET /products/1 HTTP/1.1\r\nHost: slow\r\n";
    for byte in head.iter().cycle() {
        if stream.write_all(&[*byte]).await.is_err() {
            return;
        }
        // A response means that the request is rejected; so does the end of the connection.
        if timeout(DRIP, stream.read(&mut [0; 64])).await.is_ok() {
            return;
        }
    }
}

/// Requests a large response, and waits until the connection is closed.
async fn ask_and_never_read(mut stream: TcpStream) {
    let request = b"GET /products?count=1000 HTTP/1.1\r\nHost: slow\r\n\r\n";
    if stream.write_all(request).await.is_ok() {
        // Nothing is read. The end shows when sending fails.
        while stream.write_all(b"\r\n").await.is_ok() {
            sleep(PAUSE).await;
        }
    }
}
