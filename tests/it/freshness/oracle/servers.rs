//! The servers of the test, each with another configuration.

use super::SERVERS;
use crate::support::server::Server;

/// Starts server `n`: the first has room for everything, the second for a few products, the third gets no notifications.
pub async fn start_server(url: &str, n: usize) -> Server {
    let own: [&[&str]; SERVERS] = [
        &[],
        &["--cache-capacity-bytes", "12000"],
        &["--no-feed-listen"],
    ];
    Server::start_as_shipped(url, &[&["--audit-rate", "50"], own[n]].concat()).await
}

/// Number of the server that evicts products all the time.
pub const SMALL_CACHE: usize = 1;
