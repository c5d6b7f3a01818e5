//! Requests everything once, to fill a cache.

use std::{io, ops::RangeInclusive};

use tokio::task::JoinSet;

use crate::support::client::HttpClient;

/// Number of concurrent connections.
const CONNECTIONS: usize = 32;

/// Number of attempts per path, since a busy server may reject requests.
const ATTEMPTS: usize = 10;

/// Requests every path template with every id from `address` (`host:port`), on several connections.
///
/// # Panics
///
/// If a path is not answered with 200.
pub async fn ask(address: &str, paths: &[&'static str], ids: RangeInclusive<u64>) {
    let mut connections = JoinSet::new();
    for first in 0..CONNECTIONS {
        let (address, paths) = (address.to_owned(), paths.to_vec());
        let ids = ids.clone().skip(first).step_by(CONNECTIONS);
        connections.spawn_blocking(move || ask_for(&address, &paths, ids));
    }
    while let Some(ended) = connections.join_next().await {
        let asked = ended.expect("asking does not panic");
        asked.expect("everything is answered");
    }
}

/// Requests on one connection.
fn ask_for(address: &str, paths: &[&str], ids: impl Iterator<Item = u64>) -> io::Result<()> {
    let mut client = HttpClient::new(address);
    for id in ids {
        for path in paths {
            ask_once(&mut client, &path.replace("{id}", &id.to_string()))?;
        }
    }
    Ok(())
}

/// Requests a path until it is answered.
fn ask_once(client: &mut HttpClient, path: &str) -> io::Result<()> {
    let mut status = 0;
    for _attempt in 0..ATTEMPTS {
        (status, _) = client.get(path)?;
        if status == 200 {
            return Ok(());
        }
    }
    Err(io::Error::other(format!("{status} at {path}")))
}
