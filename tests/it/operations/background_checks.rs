//! Background checks of a running server: the canary, the auditor, and the metrics of freshness.

use crate::support::{
    export::Export, fixtures::named, program::run, server::Server, test_database::TestDatabase,
};

async fn loaded() -> TestDatabase {
    let database = TestDatabase::new().await;
    let export = Export::of(&named("Old", 4));
    export.load(database.url(), &[]).await.expect_code(0);
    database
}

#[tokio::test]
async fn the_canary_is_changed_and_read_back_over_http() {
    let database = loaded().await;
    let flags = ["--canary-product", "2"];
    let (one, two) = tokio::join!(
        Server::start(database.url(), &flags),
        Server::start(database.url(), &flags)
    );
    for server in [&one, &two] {
        server
            .until("it was seen twice", async |server| {
                server
                    .count("atelierex_canary_duration_seconds_count")
                    .await
                    >= 2
            })
            .await;
        assert_eq!(server.count("atelierex_canary_failures_total").await, 0);
    }
    let absent = Server::start(database.url(), &["--canary-product", "999"]).await;
    absent
        .until("it is missed", async |server| {
            server.count("atelierex_canary_failures_total").await >= 1
        })
        .await;
}

#[tokio::test]
async fn the_auditor_finds_wrong_documents_and_reports_no_others() {
    let database = loaded().await;
    let server = Server::start(database.url(), &["--audit-rate", "100"]).await;
    for id in 1..=4 {
        assert_eq!(server.get(&format!("/products/{id}")).await.status, 200);
    }
    let writer = database.session().await;
    let change = "UPDATE catalog.product SET slogan = clock_timestamp()::text";
    server
        .until("many were compared while they changed", async |server| {
            writer.batch_execute(change).await.unwrap();
            server.count("atelierex_audit_products_total").await >= 20
        })
        .await;
    assert_eq!(server.count("atelierex_audit_mismatches_total").await, 0);
    // A pending change would repair it.
    let no_cache = [("cache-control", "no-cache")];
    assert_eq!(server.get_with("/products/3", &no_cache).await.status, 200);
    // No key and no version shows this change.
    let tamper = "UPDATE serving.product_document SET listing = listing || '{\"name\": \"Wrong\"}' WHERE product_id = 3";
    writer.batch_execute(tamper).await.unwrap();
    server
        .until("it is found", async |server| {
            server.count("atelierex_audit_mismatches_total").await >= 1
        })
        .await;
}

#[tokio::test]
async fn an_audit_waits_for_pending_changes_and_distinguishes_late_from_wrong() {
    let database = loaded().await;
    let change = "UPDATE catalog.product SET name = 'New' WHERE id = 2";
    database.execute(change).await;
    let audit = run(database.url(), &["audit"]).await.expect_code(1);
    assert!(
        audit.out.contains("is still to be composed"),
        "{}",
        audit.out
    );
    let server = Server::start(database.url(), &[]).await;
    run(database.url(), &["audit"]).await.expect_code(0);
    server.terminate().await;
}

#[tokio::test]
async fn the_age_of_changes_is_counted_by_stage() {
    let database = loaded().await;
    let server = Server::start(database.url(), &[]).await;
    database
        .execute("UPDATE catalog.product SET name = 'New'")
        .await;
    for stage in ["queued", "fed", "total"] {
        let count = format!("atelierex_freshness_seconds_count{{stage=\"{stage}\"}}");
        server
            .until("all four were counted", async |server| {
                server.count(&count).await == 4
            })
            .await;
    }
    let later = Server::start(database.url(), &[]).await;
    let fed = "atelierex_freshness_seconds_count{stage=\"fed\"}";
    assert_eq!(later.count(fed).await, 0, "it was not there yet");
    drop(later);
    assert_eq!(server.count("atelierex_refresher_held").await, 1);
    assert_eq!(server.count("atelierex_feed_lag").await, 0);
    let held = database.session().await;
    held.batch_execute("BEGIN; SELECT FROM serving.refresher FOR UPDATE")
        .await
        .unwrap();
    database
        .execute("UPDATE catalog.product SET name = 'Newer'")
        .await;
    server
        .until("the queue is seen", async |server| {
            server.count("atelierex_change_queue_keys").await == 4
                && server.metric("atelierex_change_queue_age_seconds").await > 0.0
        })
        .await;
    drop(held);
    server
        .until("it is empty again", async |server| {
            server.count("atelierex_change_queue_keys").await == 0
        })
        .await;
}
