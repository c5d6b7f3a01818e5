//! Responses of the edge itself, and its additions to responses of servers.

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::support::{
    edge::Edge,
    problem::assert_problem,
    server::Answer,
    stub_upstream::{Reply, Upstream},
    wait::TIMEOUT,
};

async fn start() -> (Upstream, Edge) {
    let server = Upstream::always(Reply::kept("[]")).await;
    let edge = Edge::start(&[server.address()], &[]).await;
    (server, edge)
}

/// Returns all bytes that come back for input that no client library would send.
async fn raw(edge: &Edge, request: &str) -> String {
    let mut connection = TcpStream::connect(edge.authority()).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // The test does not depend on whether the connection ends by a close or a reset.
    let _ = timeout(TIMEOUT, connection.read_to_end(&mut answer))
        .await
        .expect("it ends");
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_malformed_request_is_a_problem_without_internals() {
    let (server, edge) = start().await;
    let long = "x".repeat(9_000);
    for (request, status) in [
        ("NONSENSE\r\n\r\n".to_owned(), "400 "),
        ("GET /products HTTP/1.1\r\n\r\n".to_owned(), "400 "),
        (
            "GET /../products HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
            "400 ",
        ),
        (
            "GET /products HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde".to_owned(),
            "413 ",
        ),
        (format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n"), "414 "),
        (
            format!("GET /products HTTP/1.1\r\nHost: x\r\nLong: {long}\r\n\r\n"),
            "431 ",
        ),
        (
            "GET /products HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n".to_owned(),
            "501 ",
        ),
        (
            "GET /products HTTP/7.1\r\nHost: x\r\n\r\n".to_owned(),
            "505 ",
        ),
    ] {
        let answer = raw(&edge, &request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
        assert!(
            answer.contains("Content-Type: application/problem+json\r\n"),
            "{answer}"
        );
        assert!(answer.contains("Server: nginx\r\n"), "no version: {answer}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let problem: serde_json::Value = serde_json::from_str(body).expect(body);
        assert_eq!(problem["status"].to_string(), status.trim());
        assert!(!body.contains("nginx"), "{body}");
    }
    assert!(server.heads().is_empty(), "{:?}", server.heads());
}

#[tokio::test]
async fn other_methods_are_405_and_reach_no_server() {
    let (server, edge) = start().await;
    let mut asked = Vec::new();
    for method in [
        "POST", "PUT", "DELETE", "PATCH", "TRACE", "PURGE", "PROPFIND",
    ] {
        let answer = edge
            .send(
                method.parse().unwrap(),
                "/products/1",
                &[("origin", "https://shop.example")],
            )
            .await;
        assert_problem(&answer, 405, method);
        assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        asked.push((method, answer));
    }
    for (method, answer) in asked {
        assert_eq!(edge.logged_about(&answer).await["method"], json!(method));
    }
    let with_body =
        "POST /products HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nabcde";
    assert!(raw(&edge, with_body).await.starts_with("HTTP/1.1 405 "));
    assert!(server.heads().is_empty(), "{:?}", server.heads());
}

#[tokio::test]
async fn admin_paths_cannot_be_reached() {
    let (server, edge) = start().await;
    for path in [
        "/metrics",
        "/metrics/",
        "/health",
        "/health/live",
        "/health/ready?x",
        "//metrics",
        "/%6detrics",
        "/products/../health/live",
        "/./metrics",
        "/stub_status/../metrics",
    ] {
        let answer = raw(
            &edge,
            &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
    }
    assert!(server.heads().is_empty(), "{:?}", server.heads());
    edge.get("/metricsandmore").await;
    assert_eq!(server.heads().len(), 1);
}

#[tokio::test]
async fn the_exporter_has_a_listener_of_its_own() {
    let (_server, edge) = start().await;
    let status = edge.status("/stub_status").await;
    assert!(String::from_utf8_lossy(&status.body).starts_with("Active connections: "));
    assert_eq!(edge.status("/products").await.status, 404);
    let closed = Edge::start(&["127.0.0.1:1"], &[("EDGE_STATUS_ALLOW", "10.0.0.0/8")]).await;
    assert_eq!(closed.status("/stub_status").await.status, 403);
}

#[track_caller]
fn assert_secure(answer: &Answer, policy: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", policy),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("server", "nginx"),
    ] {
        assert_eq!(answer.header(name), value);
    }
    assert!(
        !answer.headers.contains_key("strict-transport-security"),
        "without TLS"
    );
}

#[tokio::test]
async fn responses_have_security_headers() {
    let (_server, edge) = start().await;
    let policy = "default-src 'none'; frame-ancestors 'none'";
    // The second response comes from the cache, the third from the edge itself.
    for path in ["/products", "/products", "/metrics"] {
        assert_secure(&edge.get(path).await, policy);
    }
}

#[tokio::test]
async fn the_edge_keeps_a_servers_security_policy() {
    let headers = "Cache-Control: s-maxage=3600\r\nContent-Security-Policy: default-src 'self'\r\n\
        X-Content-Type-Options: nosniff\r\n";
    let server = Upstream::always(Reply::new("200 OK", headers, "<html>")).await;
    let edge = Edge::start(&[server.address()], &[]).await;
    for _ in 0..2 {
        assert_secure(&edge.get("/").await, "default-src 'self'");
    }
}

#[tokio::test]
async fn only_allowed_origins_may_read_the_errors_of_the_edge() {
    let origins = "https://shop.example http://localhost:3000";
    let edge = Edge::start(&["127.0.0.1:1"], &[("EDGE_CORS_ORIGINS", origins)]).await;
    for (origin, allowed) in [
        ("https://shop.example", true),
        ("http://localhost:3000", true),
        ("https://shop.example.org", false),
    ] {
        let answer = edge
            .send(Method::GET, "/metrics", &[("origin", origin)])
            .await;
        let header = answer.headers.get("access-control-allow-origin");
        assert_eq!(
            header.is_some_and(|value| value == origin),
            allowed,
            "{origin}"
        );
        assert_eq!(header.is_some(), allowed, "{origin}");
        assert!(answer.lists("vary", "origin"), "{origin}");
    }
}
