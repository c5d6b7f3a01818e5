//! Limits of the edge, per client and for all clients together.

use std::{net::IpAddr, time::Duration};

use reqwest::Client;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{interval, timeout},
};

use crate::support::{
    edge::Edge,
    problem::assert_problem,
    server::{Answer, request},
    stub_upstream::{Reply, Upstream},
    wait,
};

/// Longer than the time-outs set here, and shorter than NGINX's default of a minute.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// No client is exempt. Rates are per second. A rate that is never refilled during a test needs no clock.
const LIMITED: (&str, &str) = ("EDGE_UNLIMITED", "");

/// Asserts that a refusal names its limit: to the client, to pages of other origins, and in the log.
async fn expect_refusal(edge: &Edge, answer: &Answer, status: u16, limit: &str) {
    assert_problem(answer, status, limit);
    let problem = answer.json();
    assert_eq!(problem["limit"], json!(limit));
    assert_eq!(problem["request_id"], json!(answer.header("x-request-id")));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(answer.lists("access-control-expose-headers", "retry-after"));
    let line = edge.logged_about(answer).await;
    assert_eq!(
        (&line["limited"], &line["status"]),
        (&json!(limit), &json!(status))
    );
}

/// Sends a GET request from another address.
async fn get_from(address: &str, edge: &Edge) -> Answer {
    let address: IpAddr = address.parse().unwrap();
    let client = Client::builder()
        .no_proxy()
        .local_address(address)
        .build()
        .unwrap();
    let url = format!("http://{}/products", edge.authority());
    request(&client, reqwest::Method::GET, &url, &[]).await
}

#[tokio::test]
async fn too_many_requests_of_one_client_are_refused_by_name() {
    let server = Upstream::always(Reply::kept("[]")).await;
    let settings = [
        LIMITED,
        ("EDGE_REQUESTS_PER_SECOND", "1"),
        ("EDGE_REQUEST_BURST", "20"),
    ];
    let edge = Edge::start(&[server.address()], &settings).await;
    let refused = edge
        .until("it is too much", "/products", |answer| answer.status != 200)
        .await;
    expect_refusal(&edge, &refused, 429, "requests").await;
    assert_eq!(
        get_from("127.0.0.9", &edge).await.status,
        200,
        "another client"
    );
}

#[tokio::test]
async fn too_many_requests_at_the_same_time_are_refused_by_name() {
    let server = Upstream::always(Reply::NoResponse).await;
    let settings = [LIMITED, ("EDGE_CONNECTIONS", "1")];
    let edge = Edge::start(&[server.address()], &settings).await;
    let waiting = edge.ask_aside("/products/1");
    wait::until("the first is asked on", async || !server.heads().is_empty()).await;
    expect_refusal(&edge, &edge.get("/products/2").await, 429, "connections").await;
    waiting.abort();
}

#[tokio::test]
async fn too_many_requests_of_all_clients_are_refused_by_name() {
    let server = Upstream::always(Reply::kept("[]")).await;
    let settings = [
        LIMITED,
        ("EDGE_TOTAL_REQUESTS_PER_SECOND", "1"),
        ("EDGE_TOTAL_BURST", "20"),
    ];
    let edge = Edge::start(&[server.address()], &settings).await;
    let refused = edge
        .until("it is too much", "/products", |answer| answer.status != 200)
        .await;
    expect_refusal(&edge, &refused, 503, "total").await;
    // This limit does not distinguish clients.
    let other = get_from("127.0.0.9", &edge).await;
    assert!([200, 503].contains(&other.status), "{other:?}");
}

/// Burst of a client without earlier requests: far more than is refilled during a test.
const ALLOWANCE: usize = 40;
const SMALL_LIMITS: [(&str, &str); 2] = [
    ("EDGE_REQUESTS_PER_SECOND", "1"),
    ("EDGE_REQUEST_BURST", "40"),
];

/// Uses up a client's burst, and returns its size.
async fn allowance(ask: impl AsyncFn() -> Answer) -> usize {
    for n in 0..ALLOWANCE {
        if ask().await.status == 429 {
            return n;
        }
    }
    ALLOWANCE
}

#[tokio::test]
async fn networks_may_be_exempt_from_the_limits_of_a_client() {
    let server = Upstream::always(Reply::kept("[]")).await;
    let exempt = [("EDGE_UNLIMITED", "10.0.0.0/8 127.0.0.0/24")];
    let edge = Edge::start(&[server.address()], &[&SMALL_LIMITS[..], &exempt].concat()).await;
    for (client, again) in [("127.0.0.9", ALLOWANCE), ("127.0.1.9", 0)] {
        let ask = async || get_from(client, &edge).await;
        assert_eq!(allowance(ask).await, ALLOWANCE, "{client}");
        let left = allowance(ask).await;
        assert!(left.abs_diff(again) < ALLOWANCE / 2, "{client}: {left}");
    }
}

/// Returns which clients still have their whole burst after the ones before have used up theirs.
async fn allowances<const N: usize>(trusted: &str, clients: [&str; N]) -> [bool; N] {
    let server = Upstream::always(Reply::kept("[]")).await;
    let settings = [LIMITED, ("EDGE_TRUSTED", trusted)];
    let edge = Edge::start(
        &[server.address()],
        &[&SMALL_LIMITS[..], &settings].concat(),
    )
    .await;
    let mut full = [false; N];
    for (full, client) in full.iter_mut().zip(clients) {
        let headers = [("x-forwarded-for", client)];
        let left = allowance(async || edge.get_with("/products", &headers).await).await;
        *full = left > ALLOWANCE / 2;
    }
    full
}

#[tokio::test]
async fn trusted_proxies_name_the_client() {
    let clients = ["192.0.2.1", "192.0.2.2", "192.0.2.1"];
    assert_eq!(
        allowances("127.0.0.0/8", clients).await,
        [true, true, false]
    );
}

#[tokio::test]
async fn untrusted_clients_cannot_choose_their_address() {
    let clients = ["192.0.2.1", "192.0.2.2"];
    assert_eq!(allowances("", clients).await, [true, false]);
}

#[tokio::test]
async fn an_ipv6_client_is_limited_by_its_network() {
    let clients = [
        "2001:db8:1:2::1",
        "2001:db8:1:2:3:4:5:6",
        "2001:db8:1:3::1",
        "2001:db8::1",
    ];
    assert_eq!(
        allowances("127.0.0.0/8", clients).await,
        [true, false, true, true]
    );
}

#[tokio::test]
async fn a_dripping_head_is_closed_after_the_timeout() {
    let server = Upstream::always(Reply::kept("[]")).await;
    let edge = Edge::start(&[server.address()], &[("EDGE_HEADER_TIMEOUT", "300ms")]).await;
    let mut slow = TcpStream::connect(edge.authority()).await.unwrap();
    slow.write_all(b"GET /products HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        .await
        .unwrap();
    let mut clock = interval(Duration::from_millis(20));
    let drip = async {
        // Each byte comes in time, the complete head does not.
        while slow.write_all(b"x").await.is_ok() {
            clock.tick().await;
        }
    };
    timeout(DISCONNECT_TIMEOUT, drip)
        .await
        .expect("it is disconnected");
    assert_eq!(edge.get("/products").await.status, 200);
}

#[tokio::test]
async fn a_client_that_never_reads_is_disconnected() {
    let large = "x".repeat(32 << 20);
    let server = Upstream::always(Reply::kept(&large)).await;
    let edge = Edge::start(&[server.address()], &[("EDGE_SEND_TIMEOUT", "300ms")]).await;
    let mut greedy = TcpStream::connect(edge.authority()).await.unwrap();
    greedy
        .write_all(b"GET /products HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let is_disconnected = async || {
        // This request is a connection, too.
        !server.heads().is_empty() && is_writing_once(&edge).await
    };
    wait::until("it is disconnected", is_disconnected).await;
    // The response in progress is discarded, too.
    let mut taken = Vec::new();
    let read = timeout(DISCONNECT_TIMEOUT, greedy.read_to_end(&mut taken)).await;
    assert!(read.expect("it has ended").is_err() || taken.len() < large.len());
}

/// Returns whether exactly one connection is sending a response.
async fn is_writing_once(edge: &Edge) -> bool {
    let status = edge.status("/stub_status").await.body;
    String::from_utf8_lossy(&status).contains("Writing: 1 ")
}
