//! Responses of the OpenAPI document that need a failure or an edge.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::Value;

use crate::{
    contract::openapi::{assert_required_headers, description, resolve},
    freshness::read_your_writes::{NO_CACHE, hold_refresher},
    support::{
        edge::Edge,
        proxy::{Passage, Proxy},
        sample::sample_server,
        server::{Answer, Server},
        stub_upstream::{Reply, Upstream},
        test_database::TestDatabase,
        wait,
    },
};

/// Responses by the names of their examples.
type Failures = Vec<(&'static str, Answer)>;

/// A server whose database goes away.
async fn without_database(url: &str) -> Answer {
    let proxy = Proxy::to(url).await;
    let server = Server::start_as_shipped(proxy.url(), &[]).await;
    proxy.set(Passage::Cut);
    server.get("/products/7").await
}

/// A server that gets more requests for a pending change than may wait for it.
async fn held_up(database: &TestDatabase) -> [(&'static str, Answer); 2] {
    let flags = [
        "--consistent-read-queue",
        "1",
        "--consistent-read-timeout",
        "2s",
    ];
    let server = Server::start(database.url(), &flags).await;
    let _held = hold_refresher(database).await;
    let change = "UPDATE catalog.product SET name = 'New' WHERE id = 1";
    database.execute(change).await;
    let all = (0..8).map(|_| server.get_with("/products/1", NO_CACHE));
    let all = join_all(all).await;
    let saying = |word: &str| {
        let mut answers = all.iter();
        let answer = answers.find(|of| of.json()["detail"].to_string().contains(word));
        answer.expect(word).clone()
    };
    [
        ("pending", saying("change")),
        ("overloaded", saying("waiting")),
    ]
}

/// A server whose searches are blocked.
async fn searching_in_vain(database: &TestDatabase) -> Answer {
    let server = Server::start(database.url(), &["--search-timeout", "100ms"]).await;
    let holder = database.session().await;
    let hold = "BEGIN; LOCK TABLE search.vocabulary IN ACCESS EXCLUSIVE MODE";
    holder.batch_execute(hold).await.unwrap();
    server.get("/products?q=shoes").await
}

/// An edge with more requests than a limit allows.
async fn limited(setting: (&'static str, &str), burst: (&'static str, &str)) -> Answer {
    let server = Upstream::always(Reply::kept("[]")).await;
    let settings = [("EDGE_UNLIMITED", ""), setting, burst];
    let edge = Edge::start(&[server.address()], &settings).await;
    let is_refused = |answer: &Answer| answer.status != 200;
    edge.until("it is too much", "/products", is_refused).await
}

/// An edge with two requests at the same time, where one is allowed.
async fn crowded() -> Answer {
    let server = Upstream::always(Reply::NoResponse).await;
    let settings = [("EDGE_UNLIMITED", ""), ("EDGE_CONNECTIONS", "1")];
    let edge = Edge::start(&[server.address()], &settings).await;
    let waiting = edge.ask_aside("/products/1");
    wait::until("the first is asked on", async || !server.heads().is_empty()).await;
    let refused = edge.get("/products/2").await;
    waiting.abort();
    refused
}

/// An edge in front of a silent server.
async fn silent() -> Answer {
    let server = Upstream::always(Reply::NoResponse).await;
    let settings = [("EDGE_READ_TIMEOUT", "200ms")];
    let edge = Edge::start(&[server.address()], &settings).await;
    edge.get("/products/1").await
}

/// Causes all failures.
async fn failures(database: &TestDatabase) -> Failures {
    let slow = ("EDGE_REQUESTS_PER_SECOND", "1");
    let slow_in_all = ("EDGE_TOTAL_REQUESTS_PER_SECOND", "1");
    let alone = Edge::start(&["127.0.0.1:1"], &[]).await;
    let [pending, overloaded] = held_up(database).await;
    vec![
        ("unavailable", without_database(database.url()).await),
        pending,
        overloaded,
        ("slow", searching_in_vain(database).await),
        ("servers", alone.get("/products").await),
        ("no-response", silent().await),
        ("connections", crowded().await),
        (
            "requests",
            limited(slow, ("EDGE_REQUEST_BURST", "20")).await,
        ),
        (
            "total",
            limited(slow_in_all, ("EDGE_TOTAL_BURST", "20")).await,
        ),
    ]
}

#[tokio::test]
async fn failures_are_answered_as_the_examples_say() {
    let (database, server) = sample_server(&[]).await;
    let description = description(&server).await;
    let responses = &description["paths"]["/products"]["get"]["responses"];
    let failures = failures(&database).await;
    for (name, answer) in &failures {
        let response = resolve(&description, &responses[answer.status.to_string()]);
        let examples = &response["content"]["application/problem+json"]["examples"];
        let mut found = answer.json();
        found["request_id"] = examples[name]["value"]["request_id"].clone();
        assert_eq!(found, examples[name]["value"], "{name}");
        assert_required_headers(&description, response, answer, name);
    }
    let shown: BTreeSet<&str> = failures.iter().map(|(name, _)| *name).collect();
    let described = ["429", "503", "504"].iter().flat_map(|status| {
        let response = resolve(&description, &responses[status]);
        let examples = &response["content"]["application/problem+json"]["examples"];
        examples.as_object().into_iter().flatten()
    });
    let described: BTreeSet<&str> = described
        .map(|(name, _): (&String, &Value)| &**name)
        .collect();
    assert_eq!(shown, described);
}
