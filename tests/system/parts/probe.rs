//! Single requests, beside the traffic.

use reqwest::{Client, Response};

use crate::wait::TIMEOUT;

/// Sends a GET request.
pub async fn get(address: &str, path: &str) -> Response {
    // Connections belong to the runtime of a test, so that a shared client would keep connections that have ended.
    let client = Client::builder().no_proxy().timeout(TIMEOUT).build();
    let url = format!("http://{address}{path}");
    let sent = client.unwrap().get(&url).send().await;
    sent.unwrap_or_else(|error| panic!("{url}: {error:?}"))
}
