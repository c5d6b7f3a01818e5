//! Three servers of one database.

use std::path::PathBuf;

use super::support::{
    client::HttpClient,
    scratch::Scratch,
    server::{Server, ServerOptions},
};

/// Number of servers.
pub const SERVERS: usize = 3;

/// Running servers, killed when dropped.
pub struct Fleet {
    /// The servers.
    pub servers: Vec<Server>,
    database_url: String,
    log: PathBuf,
}

impl Fleet {
    /// Starts the servers. Their log is `freshness-servers.log` beside the export.
    pub async fn start(database_url: &str, scratch: &Scratch) -> Self {
        let folder = scratch
            .export
            .parent()
            .expect("the export is in our folder");
        let mut fleet = Self {
            servers: Vec::new(),
            database_url: database_url.to_owned(),
            log: folder.join("freshness-servers.log"),
        };
        for _ in 0..SERVERS {
            fleet.add().await;
        }
        eprintln!("{SERVERS} servers run, logging to {}", fleet.log.display());
        fleet
    }

    /// Starts one more server.
    pub async fn add(&mut self) {
        let options = ServerOptions {
            log: Some(&self.log),
            ..ServerOptions::default()
        };
        let server = Server::start_with(&self.database_url, &options).await;
        self.servers.push(server);
    }

    /// Returns the addresses for clients.
    pub fn addresses(&self) -> Vec<String> {
        let addresses = self.servers.iter().map(|server| server.public.clone());
        addresses.collect()
    }

    /// Returns the refresher, if one of the servers is.
    pub fn refresher(&self) -> Option<usize> {
        let holds = |server: &Server| server.metric("atelierex_refresher_held") > 0.5;
        self.servers.iter().position(holds)
    }

    /// Returns the number of documents that all servers have written.
    pub fn written(&self) -> f64 {
        let written = |server: &Server| server.metric("atelierex_refresh_written_total");
        self.servers.iter().map(written).sum()
    }

    /// Requests products from every server, so that they are in memory.
    pub fn warm(&self, products: &[i64]) {
        for address in self.addresses() {
            let mut client = HttpClient::new(&address);
            for product in products {
                let (status, _) = client.get(&styles(*product)).expect("it answers");
                assert_eq!(status, 200, "product {product}");
            }
        }
    }

    /// Stops the servers.
    pub fn stop(self) {
        drop(self);
    }
}

/// Returns the path on which changes are followed.
pub fn styles(product: i64) -> String {
    format!("/products/{product}/styles")
}
