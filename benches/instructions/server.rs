//! Server in the process of the client.

use std::{net::SocketAddr, time::Duration};

use atelierex::{
    app::serve,
    config::{DatabaseConfig, LogConfig, ServeConfig},
    telemetry,
};
use clap::Parser;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::oneshot,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use crate::{
    client::Connection,
    scenario::{Server, request},
};

/// Interval at which to ask whether the server is ready.
const CHECK_INTERVAL: Duration = Duration::from_millis(20);

/// Settings of the server: no background work and long timeouts, since everything takes fifty times as long.
const FLAGS: &str = "--log warn --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --no-refresh --audit-rate 0 \
    --no-feed-listen --feed-interval 24h --stale-after 24h --max-stale 24h --request-timeout 10m \
    --statement-timeout 10m --connect-timeout 10m --checkout-timeout 10m";

/// The settings of the program.
#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    log: LogConfig,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    serve: ServeConfig,
}

/// Starts who answers, and returns the address when requests can be.
pub async fn start(server: Server) -> SocketAddr {
    match server {
        Server::Cached => serve(&[]).await,
        Server::Uncached => serve(&["--cache-capacity-bytes", "0"]).await,
        Server::Trivial => serve_trivially().await,
    }
}

/// Starts the program as `atelierex serve` does.
async fn serve(flags: &[&'static str]) -> SocketAddr {
    let name = ["instructions"].into_iter();
    let settings = Settings::parse_from(name.chain(FLAGS.split_whitespace()).chain(flags.to_vec()));
    let log = telemetry::init(&settings.log);
    let (listening, addresses) = oneshot::channel();
    tokio::spawn(async move {
        let _log = log;
        let url = &settings.database.database_url;
        let never = CancellationToken::new();
        let listening = |public, admin| {
            listening.send((public, admin)).expect("is awaited");
        };
        let served = serve::serve(url, settings.serve, never, listening).await;
        panic!("the server has ended: {served:?}");
    });
    let (public, admin) = addresses.await.expect("the server listens");
    let mut connection = Connection::open(admin).await;
    let is_ready = request("/health/ready", "");
    while connection.ask(&is_ready).await.status() != b"200" {
        sleep(CHECK_INTERVAL).await;
    }
    public
}

/// Starts a stub that answers everything with the same few bytes.
async fn serve_trivially() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port is free");
    let address = listener.local_addr().expect("a listener has an address");
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("the client connects");
        let mut request = [0; 1_024];
        // A request is short enough to come as a whole.
        while stream.read(&mut request).await.expect("the client asks") > 0 {
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]";
            stream.write_all(answer).await.expect("the client reads");
        }
    });
    address
}
