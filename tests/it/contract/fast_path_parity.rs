//! The plain form of a path takes the fast path; the same path with a slash at its end goes through the router. Both
//! must give the same response.

use reqwest::Method;

use crate::support::{
    sample::sample_server,
    server::{Answer, Server},
};

/// Request headers that decide on the response.
const REQUESTS: [&[(&str, &str)]; 9] = [
    &[],
    &[("accept-encoding", "gzip, deflate, br, zstd")],
    &[("accept-encoding", "zstd;q=0.5, gzip;q=0.9")],
    &[("accept-encoding", "identity")],
    &[("if-none-match", "*")],
    &[("if-none-match", "\"0\""), ("accept-encoding", "gzip")],
    &[("cache-control", "no-cache")],
    &[("origin", "https://shop.example")],
    &[("origin", "https://other.example"), ("if-none-match", "*")],
];

/// Products with documents of every kind: large, small and missing; and an invalid id.
const PATHS: [&str; 7] = [
    "/products/1",
    "/products/1/styles",
    "/products/1/related",
    "/products/10/related",
    "/products/404",
    "/products/404/styles",
    "/products/x",
];

/// Returns a response without its date and the origin of its bytes.
fn essence(answer: &Answer) -> (u16, Vec<(String, String)>, &[u8]) {
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["date", "cache-status"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (answer.status, headers, &answer.body)
}

async fn expect_same_answers(server: &Server) {
    for path in PATHS {
        for headers in REQUESTS {
            // Otherwise each response that names a request would differ.
            let headers = &[headers, &[("x-request-id", "ours")]].concat();
            for method in [Method::GET, Method::HEAD] {
                let slashed = format!("{path}/");
                let by_routes = server.send(method.clone(), &slashed, headers).await;
                // The first request fetches or encodes what the second finds.
                for _ in 0..2 {
                    let plain = server.send(method.clone(), path, headers).await;
                    assert_eq!(
                        essence(&plain),
                        essence(&by_routes),
                        "{method} {path} {headers:?}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn fast_path_and_router_give_the_same_responses() {
    let (_database, server) = sample_server(&[]).await;
    expect_same_answers(&server).await;
}

#[tokio::test]
async fn fast_path_and_router_agree_for_a_list_of_origins() {
    let (_database, server) = sample_server(&["--cors-origins", "https://shop.example"]).await;
    expect_same_answers(&server).await;
}

#[tokio::test]
async fn fast_path_and_router_agree_without_a_cache() {
    let (_database, server) = sample_server(&["--cache-capacity-bytes", "0"]).await;
    expect_same_answers(&server).await;
}

#[tokio::test]
async fn each_response_is_counted_once_under_its_route() {
    let (_database, server) = sample_server(&[]).await;
    for path in [
        "/products/1",
        "/products/1",
        "/products/1/",
        "/products/404",
    ] {
        server.get(path).await;
    }
    for (labels, count) in [
        (r#"{route="/products/{id}",status="200"}"#, 3),
        (r#"{route="/products/{id}",status="404"}"#, 1),
    ] {
        let name = format!("atelierex_http_requests_total{labels}");
        assert_eq!(server.count(&name).await, count, "{name}");
    }
    let hits = server.count("atelierex_cache_hits_total").await;
    let misses = server.count("atelierex_cache_misses_total").await;
    assert_eq!((hits, misses), (2, 2));
}
