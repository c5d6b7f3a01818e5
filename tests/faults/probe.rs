//! Single requests, beside the load.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use reqwest::{Client, Response};
use tokio::time::sleep;

use crate::database::Database;

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

/// How long it takes from now until a condition holds.
pub async fn until(what: &str, condition: impl AsyncFn() -> bool) -> Duration {
    let began = Instant::now();
    while !condition().await {
        assert!(began.elapsed() < PATIENCE, "waited in vain until {what}");
        sleep(GLANCE).await;
    }
    began.elapsed()
}

/// Waits until the database takes a change of a product, and says how long it takes from then until clients see it.
pub async fn change_becomes_visible(edge: &str) -> Duration {
    let _ = LazyLock::force(&SEEN_BEFORE);
    let slogan = format!("changed at {:?}", SEEN_BEFORE.elapsed());
    until("the database takes a change", async || {
        change(&slogan).await.is_some()
    })
    .await;
    until("the change is visible", async || {
        let answer = get(edge, "/products/1").await;
        answer.status() == 200 && answer.text().await.is_ok_and(|body| body.contains(&slogan))
    })
    .await
}

/// When the first change was made: each has another text.
static SEEN_BEFORE: LazyLock<Instant> = LazyLock::new(Instant::now);

async fn change(slogan: &str) -> Option<u64> {
    let writer = Database::get().writer().await?;
    let sql = "UPDATE catalog.product SET slogan = $1 WHERE id = 1";
    writer.execute(sql, &[&slogan]).await.ok()
}
