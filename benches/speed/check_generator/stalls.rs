//! A server that stops regularly. An open loop must see that; a closed loop cannot.

use std::{
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    runtime,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::{
    Bench, Results,
    traffic::{self, Workload},
};

/// Interval between two stalls of the server.
const INTERVAL: Duration = Duration::from_secs(1);

/// Duration of a stall: a fifth of the time.
const STALL: Duration = Duration::from_millis(200);

/// A p99 that shows the stalls, in milliseconds: more than a hundredth of the requests wait longer.
const SEEN_MS: f64 = 150.0;

/// Requests per second of the open loop.
const RATE: f64 = 1_000.0;

/// Few connections: the closed loop has one request per connection that sees a stall, and thousands that do not.
const CONNECTIONS: usize = 4;

/// Response of that server.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/// Measures such a server with both loops.
///
/// # Panics
///
/// If the open loop does not see the stalls, or the closed loop does.
pub(super) async fn measure(bench: &Bench<'_>, results: &mut Results) {
    let server = StallingServer::start();
    let closed = Workload {
        connections: CONNECTIONS,
        duration: bench.plan.seconds(5, 3),
        ..Workload::product_mix(&server.address.to_string(), bench.plan.products)
    };
    let open = Workload {
        rate: Some(RATE),
        ..closed.clone()
    };
    let open = traffic::run(&open).await.latency.p99_ms;
    let closed = traffic::run(&closed).await.latency.p99_ms;
    let measured = format!("p99 {open:.0} ms in an open loop, {closed:.1} ms in a closed loop");
    assert!(open >= SEEN_MS, "a stall must be seen: {measured}");
    assert!(closed < SEEN_MS, "a closed loop cannot see it: {measured}");
    results.table.row(
        "a server that stops for 200 ms in every second, seen by this generator",
        "p99 ≥ 150 ms in an open loop only",
        measured,
    );
}

/// Server in a thread of its own, which ends when this is dropped.
struct StallingServer {
    address: SocketAddr,
    stop: CancellationToken,
}

impl StallingServer {
    fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime can be made");
        thread::spawn(move || {
            runtime.block_on(async {
                tokio::spawn(stall());
                tokio::select! {
                    never = accept(listener) => never,
                    () = stopped.cancelled() => {}
                }
            });
        });
        Self { address, stop }
    }
}

impl Drop for StallingServer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Stops the thread and its server.
async fn stall() {
    let mut ticks = interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let now = ticks.tick().await;
        let end = Instant::from(now) + STALL;
        thread::sleep(end.saturating_duration_since(Instant::now()));
    }
}

async fn accept(listener: std::net::TcpListener) -> ! {
    let waits = listener.set_nonblocking(true);
    waits.expect("a listener need not block");
    let listener = TcpListener::from_std(listener).expect("a runtime takes a listener");
    loop {
        let (stream, _) = listener.accept().await.expect("clients connect");
        tokio::spawn(answer(stream));
    }
}

/// Answers until the client disconnects. Requests are short, so that each arrives in one piece.
async fn answer(mut stream: TcpStream) {
    let mut request = [0; 1024];
    while matches!(stream.read(&mut request).await, Ok(1..)) {
        if stream.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}
