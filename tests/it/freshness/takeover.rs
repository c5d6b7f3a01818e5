//! Takeover: another server becomes the refresher when the first one is gone.

use crate::support::{
    proxy::{Passage, Proxy},
    server::Server,
    source_rows::{expect_current, five_products, until_true},
    test_database::TestDatabase,
};

const HELD: &str = "atelierex_refresher_held";

/// Query that is true while a refresher waits for a lock in the middle of a batch.
const IS_COMPOSING: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'atelierex refresh'
    AND datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO serving.product_document%')";

/// Waits until exactly one of two servers is the refresher; returns that one and the other.
async fn holder(servers: &[Server; 2]) -> (&Server, &Server) {
    let [first, second] = servers;
    let held = async || (first.metric(HELD).await, second.metric(HELD).await);
    let differ = async |_: &Server| {
        let (first, second) = held().await;
        (first - second).abs() > 0.5
    };
    first.until("one of two composes", differ).await;
    if held().await.0 > 0.5 {
        (first, second)
    } else {
        (second, first)
    }
}

async fn rename(database: &TestDatabase, name: &str) {
    let sql = format!("UPDATE catalog.product SET name = '{name}' WHERE id = 1");
    database.execute(&sql).await;
}

async fn until_named(server: &Server, name: &str) {
    let is_named = async |server: &Server| server.get("/products/1").await.json()["name"] == name;
    server.until(&format!("the name is {name}"), is_named).await;
}

async fn two_servers(database: &TestDatabase) -> [Server; 2] {
    [
        Server::start(database.url(), &[]).await,
        Server::start(database.url(), &[]).await,
    ]
}

#[tokio::test]
async fn one_of_two_servers_composes_for_both() {
    let database = five_products().await;
    let servers = two_servers(&database).await;
    for round in 0..5 {
        let (one, other) = holder(&servers).await;
        let name = format!("Round {round}");
        rename(&database, &name).await;
        until_named(one, &name).await;
        until_named(other, &name).await;
    }
    expect_current(&database).await;
}

#[tokio::test]
async fn another_server_composes_when_one_is_killed_or_asked_to_stop() {
    for signal in ["KILL", "TERM"] {
        let database = five_products().await;
        let servers = two_servers(&database).await;
        let (one, other) = holder(&servers).await;
        one.signal(signal).await;
        rename(&database, "After").await;
        until_named(other, "After").await;
        assert!(other.metric(HELD).await > 0.5);
        expect_current(&database).await;
    }
}

#[tokio::test]
async fn another_server_composes_when_one_is_killed_in_the_middle_of_a_batch() {
    for signal in ["KILL", "STOP"] {
        let database = five_products().await;
        let servers = two_servers(&database).await;
        let (one, other) = holder(&servers).await;
        // The statement has composed the document and waits for the row.
        let session = database.session().await;
        let lock = "BEGIN; SELECT FROM serving.product_document WHERE product_id = 1 FOR UPDATE";
        session.batch_execute(lock).await.unwrap();
        rename(&database, "During").await;
        until_true(&database, IS_COMPOSING).await;
        one.signal(signal).await;
        session.batch_execute("COMMIT").await.unwrap();
        until_named(other, "During").await;
        rename(&database, "After").await;
        until_named(other, "After").await;
        expect_current(&database).await;
    }
}

#[tokio::test]
async fn a_paused_server_finds_that_another_one_took_over() {
    let database = five_products().await;
    let servers = two_servers(&database).await;
    for round in 0..3 {
        let (one, other) = holder(&servers).await;
        one.signal("STOP").await;
        let (during, after) = (format!("During {round}"), format!("After {round}"));
        rename(&database, &during).await;
        until_named(other, &during).await;
        assert!(other.metric(HELD).await > 0.5);
        one.signal("CONT").await;
        until_named(one, &during).await;
        rename(&database, &after).await;
        until_named(one, &after).await;
        until_named(other, &after).await;
    }
    expect_current(&database).await;
}

#[tokio::test]
async fn another_server_composes_when_one_is_cut_off_from_the_database() {
    for passage in [Passage::Silent, Passage::Cut] {
        let database = five_products().await;
        let proxies = [
            Proxy::to(database.url()).await,
            Proxy::to(database.url()).await,
        ];
        let servers = [
            Server::start_as_shipped(proxies[0].url(), &[]).await,
            Server::start_as_shipped(proxies[1].url(), &[]).await,
        ];
        let (one, other) = holder(&servers).await;
        let proxy = &proxies[usize::from(one.authority() != servers[0].authority())];
        proxy.set(passage);
        rename(&database, "During").await;
        until_named(other, "During").await;
        assert!(other.metric(HELD).await > 0.5);
        proxy.set(Passage::Open);
        until_named(one, "During").await;
        rename(&database, "After").await;
        until_named(one, "After").await;
        until_named(other, "After").await;
        expect_current(&database).await;
    }
}
