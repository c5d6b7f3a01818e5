//! Servers that crash, hang or refuse behind the edge: responses to clients, and the number of retries.

use std::{pin::pin, time::Duration};

use reqwest::Method;
use tokio::{select, time::interval};

use crate::support::{
    edge::Edge,
    export::Export,
    fixtures::named,
    problem::assert_problem,
    program::Running,
    server::Server,
    stub_upstream::{Reply, Upstream},
    test_database::TestDatabase,
    wait,
};

/// Time-outs of settings.env: the other tests use longer ones.
const AS_SHIPPED: [(&str, &str); 4] = [
    ("EDGE_CONNECT_TIMEOUT", "300ms"),
    ("EDGE_READ_TIMEOUT", "900ms"),
    ("EDGE_TRY_TIMEOUT", "2s"),
    // Without a cache, every request reaches a server.
    ("EDGE_CACHE", "off"),
];

async fn three_servers() -> (TestDatabase, [Server; 3]) {
    let database = TestDatabase::new().await;
    let export = Export::of(&named("Known", 40));
    export.load(database.url(), &[]).await.expect_code(0);
    let start = || Server::start_as_shipped(database.url(), &[]);
    let (one, two, three) = tokio::join!(start(), start(), start());
    (database, [one, two, three])
}

/// Requests a product every few milliseconds before, during and after a fault, without waiting for responses.
async fn expect_no_failure(edge: &Edge, fault: impl Future<Output = ()>) {
    const BEFORE: usize = 100;
    const AFTER: usize = 400;
    let mut clock = interval(Duration::from_millis(3));
    let (mut answers, mut after) = (Vec::new(), 0);
    let mut fault = pin!(fault);
    while after < AFTER {
        select! {
            () = &mut fault, if answers.len() >= BEFORE && after == 0 => after = 1,
            _ = clock.tick() => {
                answers.push(edge.ask_aside("/products/1"));
                after += after.min(1);
            }
        }
    }
    for answer in answers {
        let answer = answer.await.expect("does not panic");
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_killed_fails_no_request() {
    let (_database, servers) = three_servers().await;
    let addresses = servers.each_ref().map(Server::authority);
    let edge = Edge::start(&addresses, &AS_SHIPPED).await;
    expect_no_failure(&edge, servers[1].kill()).await;
}

#[tokio::test]
async fn a_server_that_hangs_fails_no_request() {
    let (_database, servers) = three_servers().await;
    let addresses = servers.each_ref().map(Server::authority);
    let edge = Edge::start(&addresses, &AS_SHIPPED).await;
    expect_no_failure(&edge, servers[1].signal("STOP")).await;
}

/// Starts a server on the address of an earlier one.
async fn start_at(address: &str, database: &TestDatabase) -> Running {
    let listen = [
        "serve",
        "--listen",
        address,
        "--admin-listen",
        "127.0.0.1:0",
    ];
    let mut server = Running::start(database.url(), &listen);
    server
        .line("that it serves", |line| line.contains("Serving"))
        .await;
    server
}

#[tokio::test]
async fn a_rolling_restart_fails_no_request() {
    let (database, servers) = three_servers().await;
    let addresses = servers
        .each_ref()
        .map(|server| server.authority().to_owned());
    let edge = Edge::start(&addresses.each_ref().map(|address| &**address), &AS_SHIPPED).await;
    let mut restarted = Vec::new();
    let restart = async {
        for (server, address) in servers.into_iter().zip(&addresses) {
            server.terminate().await;
            server.finish().await.expect_code(0);
            restarted.push(start_at(address, &database).await);
        }
    };
    expect_no_failure(&edge, restart).await;
    assert_eq!(restarted.len(), 3);
}

/// Starts stubs with the same reply.
async fn alike<const N: usize>(reply: Reply) -> [Upstream; N] {
    let servers: Vec<_> =
        futures_util::future::join_all((0..N).map(|_| Upstream::always(reply.clone()))).await;
    servers
        .try_into()
        .unwrap_or_else(|_| unreachable!("there are as many"))
}

fn requests(servers: &[Upstream]) -> usize {
    servers.iter().map(|server| server.heads().len()).sum()
}

#[tokio::test]
async fn a_failed_request_is_retried_on_a_limited_number_of_servers() {
    let servers = alike::<5>(Reply::Close).await;
    let addresses = servers.each_ref().map(Upstream::address);
    let edge = Edge::start(&addresses, &[("EDGE_TRIES", "3")]).await;
    for (n, method) in [Method::GET, Method::HEAD, Method::OPTIONS]
        .into_iter()
        .enumerate()
    {
        let answer = edge.send(method, "/products/1", &[]).await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.header("retry-after"), "1");
        assert_eq!(requests(&servers), 3 * (n + 1));
    }
}

#[tokio::test]
async fn a_silent_server_is_504() {
    let server = Upstream::always(Reply::NoResponse).await;
    let edge = Edge::start(&[server.address()], &[("EDGE_READ_TIMEOUT", "200ms")]).await;
    let answer = edge.get("/products/1").await;
    assert_problem(&answer, 504, "silence");
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn an_overload_503_is_passed_on_and_not_retried() {
    let refusal = Reply::new(
        "503 Service Unavailable",
        "Retry-After: 7\r\nCache-Control: no-store\r\n",
        "why",
    );
    let servers = alike::<3>(refusal).await;
    let addresses = servers.each_ref().map(Upstream::address);
    let edge = Edge::start(&addresses, &[]).await;
    for n in 1..=20 {
        let answer = edge.get("/products/1").await;
        assert_eq!((answer.status, &*answer.body), (503, &b"why"[..]));
        assert_eq!(answer.header("retry-after"), "7");
        // No server counts as failed because of it. Otherwise none would get requests any more.
        assert_eq!(requests(&servers), n);
    }
}

#[tokio::test]
async fn concurrent_requests_per_server_are_limited() {
    let servers = alike::<2>(Reply::NoResponse).await;
    let addresses = servers.each_ref().map(Upstream::address);
    let settings = [("EDGE_SERVER_REQUESTS", "2"), ("EDGE_CACHE", "off")];
    let edge = Edge::start(&addresses, &settings).await;
    // Two each, and one more each as a last resort.
    let waiting = [(); 6].map(|()| edge.ask_aside("/products/1"));
    let all_are_asked = async || requests(&servers) >= waiting.len();
    wait::until("all are asked on", all_are_asked).await;
    let refused = edge.get("/products/2").await;
    assert_problem(&refused, 503, "one too many");
    assert_eq!(requests(&servers), waiting.len());
    for answer in waiting {
        answer.abort();
    }
}
