//! Clients that never finish: with their requests, or with reading answers.

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

/// Addresses that they come from: each client has its limits.
const SOURCES: u32 = 200;

/// Time until all have connected.
const ARRIVAL: Duration = Duration::from_secs(5);

/// Before the next attempt of one that was sent away.
const PAUSE: Duration = Duration::from_secs(1);

/// Between two bytes of a head.
const DRIP: Duration = Duration::from_secs(5);

/// The buffer of one that never reads, in bytes: otherwise the kernel would take the whole answer.
const BUFFER: usize = 4 << 10;

/// Starts so many of each kind, who come again whenever they are sent away. They end when this is dropped.
pub fn start(edge: &str, count: u32) -> JoinSet<()> {
    let edge: SocketAddr = edge.parse().expect("an address and a port");
    let mut clients = JoinSet::new();
    for number in 0..count {
        // Nobody arranges that all come at the same moment.
        let delay = ARRIVAL * number / count;
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
        // An answer means that it is sent away; so does the end.
        if timeout(DRIP, stream.read(&mut [0; 64])).await.is_ok() {
            return;
        }
    }
}

/// Asks for a large answer, and waits until the connection is closed.
async fn ask_and_never_read(mut stream: TcpStream) {
    let request = b"GET /products?count=1000 HTTP/1.1\r\nHost: slow\r\n\r\n";
    if stream.write_all(request).await.is_ok() {
        // Nothing is read: the end is seen by what can still be sent.
        while stream.write_all(b"\r\n").await.is_ok() {
            sleep(PAUSE).await;
        }
    }
}
