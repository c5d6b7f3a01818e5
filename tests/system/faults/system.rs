//! Three servers with a database behind an edge.

use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::{task::spawn_blocking, time::sleep};

use crate::{
    faults::traffic::Traffic,
    parts::{
        database::Database,
        edge::{Edge, EdgeOptions},
        server::{Server, Urls},
        turn::{self, Turn},
    },
    support::{client::HttpClient, process::raise_descriptor_limit},
    test_database::temporary_folder,
    traffic::{PRODUCT_MIX, Workload},
    wait::TIMEOUT,
};

/// Number of servers behind the edge.
const SERVERS: usize = 3;

/// Number of products that clients request.
pub const KNOWN: u64 = 300;

/// Requests per second of all clients; the minimum on a busy machine.
const RATE: f64 = 1_000.0;
const LOWEST_RATE: f64 = 100.0;

/// Duration of a trial, and the highest p99 of a steady workload.
const CALIBRATION: Duration = Duration::from_secs(1);
const MAX_STEADY_P99: Duration = Duration::from_millis(200);

/// Requested paths. The first fetches all documents of a product.
const PATHS: [&str; 3] = [PRODUCT_MIX[0].0, PRODUCT_MIX[1].0, PRODUCT_MIX[2].0];

/// Longest duration of a workload; tests stop it earlier.
const LONGEST_LOAD: Duration = Duration::from_secs(600);

/// The system. It ends when dropped.
pub struct System {
    pub servers: Vec<Server>,
    pub edge: Edge,
    // The last field: files are removed after their users have ended.
    _folder: TempDir,
    _turn: Turn,
}

impl System {
    /// Starts the system with the usual edge.
    pub async fn start() -> Self {
        Self::start_with(&EdgeOptions::default()).await
    }

    /// Starts the system with another edge.
    pub async fn start_with(edge: &EdgeOptions<'_>) -> Self {
        let database = Database::get();
        let urls = Urls {
            serve: database.url("SERVE"),
            refresh: database.url("REFRESH"),
        };
        Self::start_on(&urls, edge).await
    }

    /// Starts the system with other URLs of its database.
    pub async fn start_on(urls: &Urls, edge: &EdgeOptions<'_>) -> Self {
        let turn = turn::take().await;
        raise_descriptor_limit();
        let mut servers = Vec::new();
        for _ in 0..SERVERS {
            servers.push(Server::start(urls).await);
        }
        let addresses: Vec<&str> = servers.iter().map(|server| &*server.public).collect();
        let folder = temporary_folder();
        let edge = Edge::start(folder.path(), &addresses.join(" "), edge).await;
        Self {
            servers,
            edge,
            _folder: folder,
            _turn: turn,
        }
    }

    /// Fills the caches of all servers and of the edge, and returns the highest workload that is steady.
    pub async fn steady_workload(&self) -> Workload {
        for server in &self.servers {
            ask_for_all(&server.public, &PATHS[..1]).await;
        }
        ask_for_all(&self.edge.address, &PATHS).await;
        let mut workload = Workload {
            connections: 100,
            rate: Some(RATE),
            warm_up: Duration::ZERO,
            duration: LONGEST_LOAD,
            ..Workload::product_mix(&self.edge.address, KNOWN)
        };
        while !is_steady(&workload).await {
            workload.rate = workload.rate.map(|rate| rate / 2.0);
            assert!(
                workload.rate >= Some(LOWEST_RATE),
                "nothing can be seen on a machine this busy"
            );
            eprintln!("The machine is busy: {:?} requests/s", workload.rate);
        }
        workload
    }
}

/// Returns whether the workload is answered at the rate at which it arrives.
async fn is_steady(workload: &Workload) -> bool {
    let traffic = Traffic::start(workload.clone());
    sleep(CALIBRATION).await;
    let seen = traffic.stop().await;
    seen.failures().is_empty() && seen.percentile(99) < MAX_STEADY_P99
}

/// Requests all products on another thread: this one may run the proxy between servers and database.
async fn ask_for_all(address: &str, paths: &'static [&str]) {
    let mut client = HttpClient::new(address);
    let ask = move || {
        for id in 1..=KNOWN {
            for path in paths {
                ask_until_it_answers(&mut client, &path.replace("{id}", &id.to_string()));
            }
        }
    };
    spawn_blocking(ask).await.expect("everything is answered");
}

/// A busy server rejects products that are not in memory.
fn ask_until_it_answers(client: &mut HttpClient, path: &str) {
    let began = Instant::now();
    loop {
        let (status, _) = client.get(path).expect("it answers");
        if status == 200 {
            return;
        }
        assert!(
            began.elapsed() < TIMEOUT,
            "{path} is answered with {status}"
        );
    }
}
