//! Files of the catalog page. `tests/browser` tests its behavior in a browser.

use std::io::Read as _;

use crate::support::{sample::sample_server, server::Server, test_database::TestDatabase};

/// Files of each type.
pub const FILES: [(&str, &str); 4] = [
    ("/", "text/html; charset=utf-8"),
    ("/catalog/main.js", "text/javascript; charset=utf-8"),
    ("/catalog/style.css", "text/css; charset=utf-8"),
    ("/catalog/icon.svg", "image/svg+xml"),
];

#[tokio::test]
async fn each_file_has_its_media_type_and_a_content_security_policy() {
    let (_database, server) = sample_server(&[]).await;
    for (path, content_type) in FILES {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), content_type, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
    }
    let with_query = server.get("/?product=7").await;
    assert_eq!(with_query.body, server.get("/").await.body);
}

#[tokio::test]
async fn a_file_is_encoded_and_revalidated() {
    let (_database, server) = sample_server(&[]).await;
    let path = "/catalog/main.js";
    let plain = server
        .get_with(path, &[("accept-encoding", "identity")])
        .await;
    let encoded = server
        .get_with(path, &[("accept-encoding", "gzip, br")])
        .await;
    assert_eq!(encoded.header("content-encoding"), "br");
    assert!(encoded.lists("vary", "accept-encoding"));
    let mut decoded = Vec::new();
    brotli::Decompressor::new(&encoded.body[..], 4096)
        .read_to_end(&mut decoded)
        .unwrap();
    assert_eq!(decoded, plain.body);
    let (tag, other) = (encoded.header("etag"), plain.header("etag"));
    assert_ne!(tag, other);
    let known = [("accept-encoding", "gzip, br"), ("if-none-match", tag)];
    let again = server.get_with(path, &known).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), tag);
    again.header("cache-control");
    again.header("content-security-policy");
    // Chromium rejects a style sheet whose 304 has `nosniff` and no media type.
    assert!(!again.headers.contains_key("x-content-type-options"));
}

#[tokio::test]
async fn other_files_are_not_served() {
    let (_database, server) = sample_server(&[]).await;
    for path in [
        "/catalog",
        "/catalog/",
        "/catalog/index.html",
        "/catalog/../Cargo.toml",
        "/catalog/main.js/",
        "/main.js",
    ] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_page_can_be_disabled() {
    let database = TestDatabase::new().await;
    let server = Server::start(database.url(), &["--no-catalog-page"]).await;
    for (path, _) in FILES {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    assert_eq!(server.get("/products").await.status, 200);
}
