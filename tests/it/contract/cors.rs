//! Browsers on other origins: preflights, and reading responses and errors.

use reqwest::Method;

use crate::support::sample::sample_server;

/// A route of each kind.
const PATHS: [&str; 4] = [
    "/products",
    "/products/9",
    "/products/1/styles",
    "/products/7/related",
];

#[tokio::test]
async fn a_preflight_allows_reading_with_an_authorization_header() {
    let (_database, server) = sample_server(&[]).await;
    let headers = [
        ("origin", "https://shop.example"),
        ("access-control-request-method", "GET"),
        (
            "access-control-request-headers",
            "authorization,content-type",
        ),
    ];
    for path in PATHS
        .into_iter()
        .chain(["/products/", "/products/1/", "/products/12"])
    {
        let answer = server.send(Method::OPTIONS, path, &headers).await;
        assert!(
            [200, 204].contains(&answer.status),
            "{path}: {}",
            answer.status
        );
        assert!(
            ["*", "https://shop.example"].contains(&answer.header("access-control-allow-origin")),
            "{path}"
        );
        assert!(
            answer.lists("access-control-allow-methods", "GET"),
            "{path}"
        );
        for name in ["authorization", "content-type"] {
            assert!(
                answer.lists("access-control-allow-headers", name),
                "{path}: {name}"
            );
        }
        let age: u64 = answer.header("access-control-max-age").parse().unwrap();
        assert!(age >= 600, "{path}: {age}");
    }
}

#[tokio::test]
async fn pages_of_other_origins_may_read_responses_and_errors() {
    let (_database, server) = sample_server(&[]).await;
    let origin = [("origin", "https://shop.example")];
    for path in PATHS
        .into_iter()
        .chain(["/products/12", "/products/x", "/nowhere"])
    {
        let answer = server.get_with(path, &origin).await;
        assert!(
            ["*", "https://shop.example"].contains(&answer.header("access-control-allow-origin")),
            "{path}"
        );
    }
    let plain = server.send(Method::OPTIONS, "/products/1", &[]).await;
    assert!([200, 204].contains(&plain.status));
    assert!(
        plain.lists("allow", "GET") && plain.lists("allow", "HEAD"),
        "{:?}",
        plain.headers
    );
}

#[tokio::test]
async fn only_allowed_origins_may_read() {
    let (_database, server) = sample_server(&["--cors-origins", "https://shop.example"]).await;
    let answer = server
        .get_with("/products/1", &[("origin", "https://shop.example")])
        .await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://shop.example"
    );
    assert!(
        answer.lists("vary", "origin") && answer.lists("vary", "accept-encoding"),
        "{:?}",
        answer.headers
    );
    let other = server
        .get_with("/products/1", &[("origin", "https://other.example")])
        .await;
    let allowed = other.headers.get("access-control-allow-origin");
    assert!(
        allowed.is_none_or(|origin| origin == "https://shop.example"),
        "{allowed:?}"
    );
}
