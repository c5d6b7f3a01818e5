//! The edge's cache in front of a real server: cached responses, their lifetime, and requests that bypass it.

use reqwest::Method;
use serde_json::json;

use crate::support::{
    edge::{Edge, edge_status},
    fixtures::serving,
    problem::assert_problem,
    program::Running,
    server::{Answer, Server},
    stub_upstream::{Reply, Upstream},
};

/// Returns whether an expired response was used because there is no other.
fn is_stale(answer: &Answer) -> bool {
    edge_status(answer) == "edge; hit; detail=stale-if-error"
}

#[tokio::test]
async fn a_response_is_cached_and_then_revalidated_by_its_etag() {
    let (_database, server) = serving(&[]).await;
    let edge = Edge::start(&[server.authority()], &[]).await;
    let path = "/products/1";
    let first = edge.get(path).await;
    assert_eq!(edge_status(&first), "edge; fwd=uri-miss");
    let hit = edge
        .until("it is a hit", path, |answer| {
            edge_status(answer) == "edge; hit"
        })
        .await;
    let revalidated = edge
        .until("it expired", path, |answer| {
            edge_status(answer) == "edge; fwd=stale; fwd-status=304"
        })
        .await;
    let direct = server.get(path).await;
    for answer in [first, hit, revalidated] {
        assert!(
            answer.header("cache-status").starts_with("atelierex; "),
            "{answer:?}"
        );
        assert_eq!(answer.body, direct.body);
        for name in ["etag", "cache-control", "vary", "content-type"] {
            assert_eq!(answer.header(name), direct.header(name), "{name}");
        }
    }
}

#[tokio::test]
async fn list_headers_pass_and_are_revalidated() {
    let (database, server) = serving(&[]).await;
    let edge = Edge::start(&[server.authority()], &[]).await;
    let path = "/products?after=0&count=2";
    let first = edge.get(path).await;
    assert_eq!(first.header("x-total-count"), "4");
    assert_eq!(
        first.header("link"),
        "</products?after=2&count=2>; rel=\"next\""
    );
    // The products on the page stay the same, and so would an ETag that ignored the total.
    database
        .execute("DELETE FROM catalog.product WHERE id = 4")
        .await;
    let later = edge
        .until("the total is another", path, |answer| {
            answer.header("x-total-count") == "3"
        })
        .await;
    assert_eq!(later.body, first.body);
}

#[tokio::test]
async fn the_cache_answers_304_to_a_matching_etag() {
    let (_database, server) = serving(&[]).await;
    let edge = Edge::start(&[server.authority()], &[]).await;
    let path = "/products/1/styles";
    let kept = edge.get(path).await;
    let tag = kept.header("etag");
    for known in [tag, &format!("W/{tag}"), "*", &format!("\"other\", {tag}")] {
        let answer = edge.get_with(path, &[("if-none-match", known)]).await;
        assert_eq!(answer.status, 304, "{known}");
        assert!(answer.body.is_empty(), "{known}");
        for name in ["etag", "cache-control", "vary"] {
            assert_eq!(answer.header(name), kept.header(name), "{name} for {known}");
        }
    }
    let other = edge.get_with(path, &[("if-none-match", "\"other\"")]).await;
    assert_eq!((other.status, &other.body), (200, &kept.body));
}

#[tokio::test]
async fn head_answers_like_get_in_either_order() {
    let (_database, server) = serving(&[]).await;
    let edge = Edge::start(&[server.authority()], &[]).await;
    for (path, status) in [
        ("/products/1", 200),
        ("/products/9", 404),
        ("/products?page=0", 400),
    ] {
        let head = edge.send(Method::HEAD, path, &[]).await;
        let get = edge.get(path).await;
        let again = edge.send(Method::HEAD, path, &[]).await;
        assert_eq!(get.header("content-length"), get.body.len().to_string());
        for head in [head, again] {
            assert_eq!((head.status, get.status), (status, status), "{path}");
            assert!(head.body.is_empty(), "{path}");
            for name in ["content-length", "content-type", "etag", "cache-control"] {
                assert_eq!(
                    head.headers.get(name),
                    get.headers.get(name),
                    "{name} of {path}"
                );
            }
        }
    }
}

#[tokio::test]
async fn no_cache_bypasses_the_cache_and_refreshes_it() {
    let (database, server) = serving(&["--cache-s-maxage", "1h"]).await;
    let edge = Edge::start(&[server.authority()], &[]).await;
    let path = "/products/1";
    edge.get(path).await;
    database
        .execute("UPDATE catalog.product SET name = 'New' WHERE id = 1")
        .await;
    assert_eq!(edge_status(&edge.get(path).await), "edge; hit");
    for directive in ["no-cache", "max-age=0, No-Cache"] {
        let own = edge.get_with(path, &[("cache-control", directive)]).await;
        assert_eq!(edge_status(&own), "edge; fwd=request");
        assert_eq!(own.json()["name"], json!("New"), "{directive}");
    }
    let next = edge.get(path).await;
    assert_eq!(edge_status(&next), "edge; hit");
    assert_eq!(next.json()["name"], json!("New"));
}

#[tokio::test]
async fn products_seen_before_are_served_while_all_servers_are_away() {
    let (database, server) = serving(&[]).await;
    let edge = Edge::start(&[server.authority()], &[]).await;
    let (seen, unseen) = ("/products/1", "/products/2");
    let known = edge.get(seen).await;
    server.kill().await;
    let stale = edge.until("it is stale", seen, is_stale).await;
    assert_eq!((stale.status, &stale.body), (200, &known.body));
    let refused = edge.get(unseen).await;
    assert_problem(&refused, 503, unseen);
    assert_eq!(refused.header("retry-after"), "1");
    let address = server.authority().to_owned();
    drop(server);
    let listen = [
        "serve",
        "--listen",
        &address,
        "--admin-listen",
        "127.0.0.1:0",
    ];
    let _server = Running::start(database.url(), &listen);
    edge.until("it is back", unseen, |answer| answer.status == 200)
        .await;
    edge.until("it is fresh", seen, |answer| !is_stale(answer))
        .await;
}

#[tokio::test]
async fn a_stale_response_replaces_a_503() {
    let (_database, real) = serving(&[]).await;
    let refusal = Reply::new(
        "503 Service Unavailable",
        "Cache-Control: no-store\r\nRetry-After: 1\r\n",
        "",
    );
    let broken = Upstream::always(refusal).await;
    let edge = start_both(&real, &broken).await;
    let path = "/products/1";
    edge.until("a server answered", path, |answer| answer.status == 200)
        .await;
    real.kill().await;
    edge.until("it is stale", path, is_stale).await;
}

/// Starts an edge with a real server and a stub.
async fn start_both(real: &Server, scripted: &Upstream) -> Edge {
    Edge::start(&[real.authority(), scripted.address()], &[]).await
}

#[tokio::test]
async fn only_404_is_cached_of_all_errors() {
    let (_database, server) = serving(&["--cache-s-maxage", "1h"]).await;
    let edge = Edge::start(&[server.authority()], &[]).await;
    for (path, status, then) in [
        ("/products/9", 404, "edge; hit"),
        ("/products/x", 400, "edge; fwd=uri-miss"),
        ("/nowhere", 404, "edge; hit"),
    ] {
        assert_problem(&edge.get(path).await, status, path);
        let again = edge.get(path).await;
        assert_problem(&again, status, path);
        assert_eq!(edge_status(&again), then, "{path}");
    }
}

#[tokio::test]
async fn a_response_with_another_vary_is_not_cached() {
    for (vary, origins, then) in [
        ("Accept-Encoding", "*", "edge; hit"),
        ("Origin", "*", "edge; fwd=uri-miss"),
        ("Accept-Encoding, Cookie", "*", "edge; fwd=uri-miss"),
        (
            "Accept-Encoding, Origin",
            "https://shop.example",
            "edge; hit",
        ),
        ("Cookie", "https://shop.example", "edge; fwd=uri-miss"),
    ] {
        let headers = format!("Cache-Control: s-maxage=3600\r\nVary: {vary}\r\n");
        let server = Upstream::always(Reply::new("200 OK", &headers, "[]")).await;
        let edge = Edge::start(&[server.address()], &[("EDGE_CORS_ORIGINS", origins)]).await;
        edge.get("/products").await;
        assert_eq!(
            edge_status(&edge.get("/products").await),
            then,
            "{vary} with {origins}"
        );
    }
}

#[tokio::test]
async fn allowed_origins_have_entries_of_their_own() {
    let origin = "https://shop.example";
    let (_database, server) = serving(&["--cors-origins", origin, "--cache-s-maxage", "1h"]).await;
    let edge = Edge::start(&[server.authority()], &[("EDGE_CORS_ORIGINS", origin)]).await;
    for (from, allowed, status) in [
        ("https://other.example", None, "edge; fwd=uri-miss"),
        (origin, Some(origin), "edge; fwd=uri-miss"),
        ("https://third.example", None, "edge; hit"),
        (origin, Some(origin), "edge; hit"),
    ] {
        let answer = edge.get_with("/products/1", &[("origin", from)]).await;
        assert_eq!(edge_status(&answer), status, "{from}");
        let header = answer.headers.get("access-control-allow-origin");
        assert_eq!(
            header.map(|value| value.to_str().unwrap()),
            allowed,
            "{from}"
        );
    }
}

#[tokio::test]
async fn without_a_cache_every_request_reaches_a_server() {
    let server = Upstream::always(Reply::kept("[]")).await;
    let edge = Edge::start(&[server.address()], &[("EDGE_CACHE", "off")]).await;
    for _ in 0..2 {
        let answer = edge
            .get_with("/products", &[("if-none-match", "\"1\"")])
            .await;
        assert_eq!(edge_status(&answer), "edge; fwd=bypass");
    }
    let heads = server.heads();
    assert_eq!(heads.len(), 2);
    assert!(
        heads
            .iter()
            .all(|head| head.contains("if-none-match: \"1\"")),
        "{heads:?}"
    );
}
