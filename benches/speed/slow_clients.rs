//! Slow readers and idle connections, beside normal clients.

use std::{io::ErrorKind, time::Duration};

use futures_util::future::join_all;
use socket2::{Domain, Socket, Type};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::sleep,
};

use crate::{
    Bench, Results,
    support::{
        numbers::median,
        server::{Server, ServerOptions},
    },
    traffic::{self, Report, Workload, faults},
};

/// Number of clients of each kind.
const CLIENTS: usize = 1_000;

/// Requests per second of the normal clients.
const RATE: f64 = 4_000.0;

/// Connections of the normal clients.
const CONNECTIONS: usize = 400;

/// Rounds beyond those of the plan: a p99 of about a millisecond varies on two processors.
const MORE_ROUNDS: usize = 2;

/// Largest allowed ratio of the two p99.
const RATIO: f64 = 1.2;

/// Path that slow clients request: its response exceeds the kernel's buffers.
const REQUEST: &str = "GET /products?count=1000 HTTP/1.1\r\nHost: slow\r\n\r\n";

/// Maximum segment size and receive buffer of slow clients, in bytes.
const SEGMENT: u32 = 1_460;
const BUFFER: usize = 4 << 10;

/// Bytes per read of slow clients.
const SIP: usize = 64;

/// Pause between two reads.
const PAUSE: Duration = Duration::from_secs(1);

/// Measures a steady workload without and with such clients, in turn.
pub async fn measure(bench: &Bench<'_>, results: &mut Results) {
    let options = ServerOptions {
        // Idle connections must stay open for the whole test.
        arguments: &["--header-read-timeout", "10m"],
        ..ServerOptions::default()
    };
    let server = Server::start_with(&bench.database_url, &options).await;
    let workload = Workload {
        connections: CONNECTIONS,
        rate: Some(RATE),
        duration: bench.plan.seconds(5, 3),
        ..Workload::product_mix(&server.public, bench.plan.products)
    };
    let (mut without, mut with, mut ratios) = (vec![], vec![], vec![]);
    let mut given_up = 0;
    // Not measured: it fetches the products that all rounds request.
    traffic::run(&workload).await;
    for _ in 0..bench.plan.rounds + MORE_ROUNDS {
        let alone = traffic::run(&workload).await;
        let clients = Clients::start(&server.public).await;
        let beside = traffic::run(&workload).await;
        given_up += clients.stop().await;
        ratios.push(beside.latency.p99_ms / alone.latency.p99_ms);
        without.push(alone);
        with.push(beside);
    }
    let ratio = median(&mut ratios);
    let p99 = |reports: &[Report]| {
        let mut all: Vec<f64> = reports.iter().map(|report| report.latency.p99_ms).collect();
        median(&mut all)
    };
    let all = [without.as_slice(), &with].concat();
    let measured = format!(
        "{ratio:.2} × ({:.2} ms against {:.2} ms), {}, {given_up} of the others given up",
        p99(&with),
        p99(&without),
        faults(&all)
    );
    let is_met = ratio <= RATIO && given_up == 0 && all.iter().all(Report::is_clean);
    results.table.judged(
        "p99 at 4,000 requests/s beside 1,000 slow readers and 1,000 idle connections, against without",
        "≤ 1.2 ×",
        is_met,
        &measured,
    );
}

/// Slow and idle clients, all connected.
struct Clients {
    slow: JoinSet<()>,
    idle: Vec<TcpStream>,
}

impl Clients {
    /// Connects all clients, and waits until the slow ones receive responses.
    async fn start(address: &str) -> Self {
        let idle = join_all((0..CLIENTS).map(|_| connect(address))).await;
        let slow = join_all((0..CLIENTS).map(|_| ask(address))).await;
        Self {
            slow: slow.into_iter().map(read_slowly).collect(),
            idle,
        }
    }

    /// Disconnects all clients. Returns the number that the server had disconnected before.
    async fn stop(mut self) -> usize {
        let mut ended = 0;
        while self.slow.try_join_next().is_some() {
            ended += 1;
        }
        self.slow.shutdown().await;
        let mut bytes = [0];
        let is_open = |client: &&TcpStream| {
            let nothing_yet = client.try_read(&mut bytes);
            nothing_yet.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
        };
        ended + CLIENTS - self.idle.iter().filter(is_open).count()
    }
}

/// Connects with a small buffer: otherwise the kernel would receive the whole page.
async fn connect(address: &str) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("there are sockets");
    let set = || {
        socket.set_nonblocking(true)?;
        socket.set_tcp_mss(SEGMENT)?;
        socket.set_recv_buffer_size(BUFFER)
    };
    set().expect("a socket can be set up");
    let address = address.parse().expect("an address and a port");
    let socket = TcpSocket::from_std_stream(socket.into());
    socket.connect(address).await.expect("the server accepts")
}

/// Connects, sends the request, and waits for the first bytes of the response.
async fn ask(address: &str) -> TcpStream {
    let mut stream = connect(address).await;
    let sent = stream.write_all(REQUEST.as_bytes()).await;
    sent.expect("the server listens");
    stream.readable().await.expect("the server answers");
    stream
}

/// Reads slowly until the connection ends.
async fn read_slowly(mut stream: TcpStream) {
    let mut sip = [0; SIP];
    while matches!(stream.read(&mut sip).await, Ok(1..)) {
        sleep(PAUSE).await;
    }
}
