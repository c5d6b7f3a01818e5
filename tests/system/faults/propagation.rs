//! Time until clients see a change of a product.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use crate::{
    faults::system::System,
    parts::{database::Database, probe::get},
    wait::until,
};

/// Time from the commit of a change until clients see it.
#[derive(Clone, Copy, Debug)]
pub struct Visible {
    /// At the servers.
    pub at_servers: Duration,
    /// At the edge, which caches responses for a second or two.
    pub at_edge: Duration,
}

/// Waits until the database accepts a change of a product, and until clients see it.
pub async fn change_becomes_visible(system: &System) -> Visible {
    let slogan = format!("changed after {:?}", BEGIN.elapsed());
    until("the database takes a change", async || {
        change(&slogan).await.is_some()
    })
    .await;
    let began = Instant::now();
    for server in &system.servers {
        until("a server has the change", async || {
            says(&server.public, &slogan).await
        })
        .await;
    }
    let at_servers = began.elapsed();
    until("the edge has the change", async || {
        says(&system.edge.address, &slogan).await
    })
    .await;
    Visible {
        at_servers,
        at_edge: began.elapsed(),
    }
}

async fn says(address: &str, slogan: &str) -> bool {
    let answer = get(address, "/products/1").await;
    answer.status() == 200 && answer.text().await.is_ok_and(|body| body.contains(slogan))
}

/// Start of the clock, so that each change has another text.
static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

async fn change(slogan: &str) -> Option<u64> {
    let writer = Database::get().writer().await?;
    let sql = "UPDATE catalog.product SET slogan = $1 WHERE id = 1";
    writer.execute(sql, &[&slogan]).await.ok()
}
