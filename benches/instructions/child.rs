//! The process whose instructions are counted: the server and its client on one thread.

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
    runtime::Runtime,
    sync::oneshot,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use crate::{
    client::Connection,
    scenario::{Scenario, Server, request},
};

/// How often to ask whether the server is ready.
const ASK_EVERY: Duration = Duration::from_millis(20);

/// How the program serves here: nothing in the background, and patient, since everything takes fifty times as long.
const FLAGS: &str = "--log warn --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --no-refresh --audit-rate 0 \
    --no-feed-listen --feed-interval 24h --stale-after 24h --stale-limit 24h --request-timeout 10m \
    --statement-timeout 10m --connect-timeout 10m --checkout-timeout 10m";

/// The settings that are not those of this benchmark.
#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    log: LogConfig,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    serve: ServeConfig,
}

/// A client with everything that it asks for.
struct Client {
    connections: Vec<Connection>,
    requests: Vec<Vec<u8>>,
    status: &'static [u8],
}

/// Starts who answers, has every request answered before they count, and then so many of them.
pub fn run(scenario: &'static Scenario, requests: usize) {
    let runtime = crate::runtime();
    let client = runtime.block_on(Client::prepare(scenario));
    measured(&runtime, client, requests);
}

/// What is counted, in a function of its own so that a profile can be of this alone.
#[inline(never)]
fn measured(runtime: &Runtime, mut client: Client, requests: usize) {
    runtime.block_on(client.ask(requests));
}

impl Client {
    async fn prepare(scenario: &'static Scenario) -> Self {
        let address = match scenario.server {
            Server::Cached => serve(&[]).await,
            Server::Uncached => serve(&["--cache-capacity-bytes", "0"]).await,
            Server::Trivial => serve_trivially().await,
        };
        let mut connections = Vec::new();
        for _ in 0..scenario.connections {
            connections.push(Connection::open(address).await);
        }
        let requests = scenario.paths();
        let requests = requests.iter().map(|path| request(path, scenario.headers));
        let mut client = Self {
            connections,
            requests: requests.collect(),
            status: b"200",
        };
        client.ask(client.requests.len()).await;
        if scenario.has_it {
            client.learn_tags(scenario).await;
        }
        client.status = scenario.status();
        client.ask(client.requests.len()).await;
        client
    }

    /// Asks from now on with the tags of what the client has.
    async fn learn_tags(&mut self, scenario: &Scenario) {
        let [connection, ..] = self.connections.as_mut_slice() else {
            unreachable!("every scenario has a connection");
        };
        for (path, known) in scenario.paths().iter().zip(&mut self.requests) {
            let head = connection.ask(known).await;
            let tag = head.value(b"\r\netag: ").expect("every 200 has a tag");
            let tag = str::from_utf8(tag).expect("tags are digits");
            let headers = format!("{}If-None-Match: {tag}\r\n", scenario.headers);
            *known = request(path, &headers);
        }
    }

    /// Asks for so many answers, on all connections at the same time.
    async fn ask(&mut self, count: usize) {
        let mut requests = self.requests.iter().cycle();
        for _ in 0..count / self.connections.len() {
            for (connection, request) in self.connections.iter_mut().zip(&mut requests) {
                connection.send(request).await;
            }
            for connection in &mut self.connections {
                assert_eq!(connection.receive().await.status(), self.status);
            }
        }
    }
}

/// Starts the program's server and returns its address when it is ready.
async fn serve(flags: &[&'static str]) -> SocketAddr {
    let name = ["instructions"].into_iter();
    let settings = Settings::parse_from(name.chain(FLAGS.split_whitespace()).chain(flags.to_vec()));
    telemetry::init(&settings.log);
    let (listening, addresses) = oneshot::channel();
    tokio::spawn(async move {
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
        sleep(ASK_EVERY).await;
    }
    public
}

/// Starts somebody who answers everything with the same few bytes.
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
