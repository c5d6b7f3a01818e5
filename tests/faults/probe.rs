//! Single requests, beside the load.

use std::time::{Duration, Instant};

use reqwest::{Client, Response};
use tokio::time::sleep;

/// How long anything may take on a busy machine before a test gives up. No claim about speed.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at a condition.
const GLANCE: Duration = Duration::from_millis(5);

/// `GET` of a path.
pub async fn get(address: &str, path: &str) -> Response {
    // Connections belong to the runtime of a test: one client for all of them would share what has ended.
    let client = Client::builder().no_proxy().timeout(PATIENCE).build();
    let url = format!("http://{address}{path}");
    let sent = client.unwrap().get(&url).send().await;
    sent.unwrap_or_else(|error| panic!("{url}: {error:?}"))
}

/// Waits until a condition holds.
pub async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !condition().await {
        assert!(began.elapsed() < PATIENCE, "waited in vain until {what}");
        sleep(GLANCE).await;
    }
}
