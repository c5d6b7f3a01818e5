//! Single requests, beside the traffic.

use reqwest::{Client, Response};

use crate::wait::TIMEOUT;

/// `GET` of a path.
pub async fn get(address: &str, path: &str) -> Response {
    // Connections belong to the runtime of a test: one client for all of them would share what has ended.
    let client = Client::builder().no_proxy().timeout(TIMEOUT).build();
    let url = format!("http://{address}{path}");
    let sent = client.unwrap().get(&url).send().await;
    sent.unwrap_or_else(|error| panic!("{url}: {error:?}"))
}
