//! `Cache-Control: no-cache`: the response shows everything committed before the request.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{fixtures::serving, server::Server, test_database::TestDatabase};

pub const NO_CACHE: &[(&str, &str)] = &[("cache-control", "no-cache")];

/// Blocks the refresher until the session ends its transaction.
pub async fn hold_refresher(database: &TestDatabase) -> tokio_postgres::Client {
    let session = database.session().await;
    let lock = "BEGIN; SELECT FROM serving.refresher FOR UPDATE";
    session.batch_execute(lock).await.unwrap();
    session
}

#[tokio::test]
async fn no_cache_sees_every_earlier_commit() {
    let flags = [
        "--refresh-interval",
        "200ms",
        "--no-feed-listen",
        "--consistent-read-timeout",
        "60s",
    ];
    let (database, server) = serving(&flags).await;
    assert_eq!(server.get("/products/2").await.status, 200);
    for round in 0..20 {
        let name = format!("Round {round}");
        let sql = format!("UPDATE catalog.product SET name = '{name}' WHERE id = 2");
        database.execute(&sql).await;
        let answer = server.get_with("/products/2", NO_CACHE).await;
        assert_eq!(answer.json()["name"], name);
        assert_eq!(answer.header("cache-status"), "atelierex; fwd=request");
        // The change stays visible without `no-cache`: the product is in memory now.
        assert_eq!(server.get("/products/2").await.json()["name"], name);
        let page = server.get_with("/products", NO_CACHE).await.json();
        assert_eq!(page[1]["name"], name);
    }
}

#[tokio::test]
async fn no_cache_sees_inserts_and_deletes_at_once() {
    let (database, server) =
        serving(&["--refresh-interval", "200ms", "--negative-ttl", "1000h"]).await;
    assert_eq!(server.get("/products/77").await.status, 404);
    let sql = "INSERT INTO catalog.product (id, name, default_price) VALUES (77, 'New', 1)";
    database.execute(sql).await;
    assert_eq!(server.get_with("/products/77", NO_CACHE).await.status, 200);
    let ids = |page: serde_json::Value| {
        page.as_array()
            .unwrap()
            .iter()
            .map(|of| of["id"].clone())
            .collect::<Vec<_>>()
    };
    let page = server.get_with("/products?count=9", NO_CACHE).await.json();
    assert_eq!(ids(page), [1, 2, 3, 4, 77].map(|id| json!(id)));
    database
        .execute("DELETE FROM catalog.product WHERE id IN (2, 77)")
        .await;
    assert_eq!(server.get_with("/products/77", NO_CACHE).await.status, 404);
    let page = server.get_with("/products?count=9", NO_CACHE).await.json();
    assert_eq!(ids(page), [1, 3, 4].map(|id| json!(id)));
}

#[tokio::test]
async fn no_cache_times_out_only_for_pending_products() {
    let (database, server) = serving(&["--consistent-read-timeout", "100ms"]).await;
    let held = hold_refresher(&database).await;
    database
        .execute("UPDATE catalog.product SET name = 'New' WHERE id = 2")
        .await;
    let refused = server.get_with("/products/2/related", NO_CACHE).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"));
    assert_eq!(server.get_with("/products", NO_CACHE).await.status, 503);
    // This product has no pending change. On a busy machine the first requests may time out.
    server
        .until("an unchanged product is answered", async |server| {
            server.get_with("/products/3", NO_CACHE).await.status == 200
        })
        .await;
    assert_eq!(server.get("/products/2").await.json()["name"], "Old 2");
    drop(held);
    server
        .until("it is composed", async |server| {
            server.get_with("/products/2", NO_CACHE).await.status == 200
        })
        .await;
    assert_eq!(server.get("/products/2").await.json()["name"], "New");
}

/// Repeats a request until the response shows everything. On a busy machine the first ones time out.
async fn until_fresh(server: &Server, path: &str) {
    let is_fresh = async |server: &Server| server.get_with(path, NO_CACHE).await.status == 200;
    server.until("the answer is fresh", is_fresh).await;
}

#[tokio::test]
async fn no_cache_waits_for_the_change_of_a_style_that_moved() {
    let (database, server) = serving(&["--consistent-read-timeout", "100ms"]).await;
    database
        .execute("INSERT INTO catalog.style (id, product_id, name, original_price, default_style) VALUES (900, 1, 'Moving', 1, false)")
        .await;
    database
        .execute("INSERT INTO catalog.sku (id, style_id, size, quantity) VALUES (900, 900, 'M', 1)")
        .await;
    for id in [1, 3] {
        let path = format!("/products/{id}/styles");
        until_fresh(&server, &path).await;
    }
    // Changed by a transaction that is still open long after the move was composed.
    let writer = database.session().await;
    writer
        .batch_execute("BEGIN; UPDATE catalog.sku SET quantity = 7 WHERE id = 900")
        .await
        .unwrap();
    database
        .execute("UPDATE catalog.style SET product_id = 3 WHERE id = 900")
        .await;
    until_fresh(&server, "/products/3/styles").await;
    let held = hold_refresher(&database).await;
    writer.batch_execute("COMMIT").await.unwrap();
    assert_eq!(
        server.get_with("/products/3/styles", NO_CACHE).await.status,
        503
    );
    drop(held);
    server
        .until("it is composed", async |server| {
            let answer = server.get_with("/products/3/styles", NO_CACHE).await;
            answer.status == 200
                && answer.json()["results"]
                    .to_string()
                    .contains(r#""quantity":7"#)
        })
        .await;
}

#[tokio::test]
async fn waiting_no_cache_requests_are_limited() {
    let (database, server) = serving(&[
        "--consistent-read-queue",
        "4",
        "--consistent-read-timeout",
        "2s",
    ])
    .await;
    let held = hold_refresher(&database).await;
    database
        .execute("UPDATE catalog.product SET name = 'New'")
        .await;
    let burst = (0..40).map(|_| server.get_with("/products/2", NO_CACHE));
    let release = async {
        server
            .until("most were refused", async |server| {
                let refused = server.count("atelierex_consistent_reads_rejected_total");
                refused.await >= 30
            })
            .await;
        drop(held);
    };
    let (answers, ()) = tokio::join!(join_all(burst), release);
    let (shown, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|of| of.status == 200);
    assert!(!shown.is_empty() && shown.iter().all(|of| of.json()["name"] == "New"));
    assert!(refused.iter().all(|of| of.status == 503));
}
