//! Three servers with a database behind an edge.

use std::{sync::Arc, time::Duration};

use tempfile::TempDir;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::{
    database::Database,
    edge::{Edge, EdgeOptions},
    harness::temporary_folder,
    load::{Load, PRODUCT_MIX},
    probe::get,
    server::{Server, Urls},
    support::process::raise_descriptor_limit,
};

/// Servers behind the edge.
const SERVERS: usize = 3;

/// Requests per second of all clients.
pub const RATE: f64 = 1_000.0;

/// Longest time that a load goes on; it is stopped before.
const LONGEST_LOAD: Duration = Duration::from_secs(600);

/// One fault at a time: they share processors and the database.
static TURN: std::sync::LazyLock<Arc<Mutex<()>>> = std::sync::LazyLock::new(Arc::default);

/// The system, which ends when dropped.
pub struct System {
    pub servers: Vec<Server>,
    pub edge: Edge,
    // Files are removed when nobody uses them any more.
    _folder: TempDir,
    _turn: OwnedMutexGuard<()>,
}

impl System {
    /// Starts one as usual.
    pub async fn start() -> Self {
        Self::start_with(&EdgeOptions::default()).await
    }

    /// Starts one with another edge than usual.
    pub async fn start_with(edge: &EdgeOptions<'_>) -> Self {
        let database = Database::get();
        let urls = Urls {
            serve: database.url("SERVE"),
            refresh: database.url("REFRESH"),
        };
        Self::start_on(&urls, edge).await
    }

    /// Starts one that reaches its database by other URLs.
    pub async fn start_on(urls: &Urls, edge: &EdgeOptions<'_>) -> Self {
        let turn = Arc::clone(&TURN).lock_owned().await;
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

    /// A steady load on products up to `highest`, over connections that are kept.
    pub fn load(&self, highest: u64) -> Load {
        Load {
            connections: 100,
            rate: Some(RATE),
            warm_up: Duration::ZERO,
            duration: LONGEST_LOAD,
            ..Load::product_mix(&self.edge.address, highest)
        }
    }

    /// Has every server take products up to `highest` into memory, and the edge all that `load` asks for.
    pub async fn warm(&self, highest: u64) {
        for id in 1..=highest {
            for server in &self.servers {
                let answer = get(&server.public, &format!("/products/{id}")).await;
                assert_eq!(answer.status(), 200);
            }
            for (path, _) in PRODUCT_MIX {
                let path = path.replace("{id}", &id.to_string());
                assert_eq!(get(&self.edge.address, &path).await.status(), 200);
            }
        }
    }
}
