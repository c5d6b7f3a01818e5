//! Request ids, headers that reach a server, and log lines.

use serde_json::json;

use crate::support::{
    edge::Edge,
    stub_upstream::{Reply, Upstream},
};

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Returns a header of the last request that a server got.
fn seen(server: &Upstream, name: &str) -> Option<String> {
    let head = server.heads().pop().expect("it was asked");
    let mut lines = head.lines().map(str::to_owned);
    lines.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
}

async fn start(trusted: &str) -> (Upstream, Edge) {
    let server = Upstream::always(Reply::new(
        "200 OK",
        "X-Request-Id: of-the-server\r\n",
        "[]",
    ))
    .await;
    let edge = Edge::start(&[server.address()], &[("EDGE_TRUSTED", trusted)]).await;
    (server, edge)
}

#[tokio::test]
async fn the_edge_assigns_request_ids_for_client_and_server() {
    let (server, edge) = start("").await;
    let mut known = Vec::new();
    for _ in 0..2 {
        let answer = edge
            .get_with("/products", &[("x-request-id", "chosen-by-the-client")])
            .await;
        let id = answer.header("x-request-id").to_owned();
        assert!(
            id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{id}"
        );
        assert_eq!(seen(&server, "x-request-id").as_deref(), Some(&*id));
        assert!(!known.contains(&id));
        known.push(id);
    }
}

#[tokio::test]
async fn valid_request_ids_of_trusted_proxies_are_kept() {
    let (server, edge) = start("127.0.0.0/8").await;
    let long = "x".repeat(65);
    for (name, kept) in [
        ("Order_7-a", true),
        ("\"},{", false),
        ("two words", false),
        (&long, false),
    ] {
        let answer = edge.get_with("/products", &[("x-request-id", name)]).await;
        assert_eq!(answer.header("x-request-id") == name, kept, "{name}");
        assert_eq!(
            seen(&server, "x-request-id").as_deref() == Some(&*name.to_lowercase()),
            kept,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_valid_trace_is_passed_on_and_nothing_else() {
    let (server, edge) = start("").await;
    let mut asked = Vec::new();
    for (trace, valid) in [
        (TRACE.to_owned(), true),
        (TRACE.replace("00-", "cc-"), true),
        (TRACE.replace("00-", "ff-"), false),
        (TRACE.to_uppercase(), false),
        (TRACE.replace("-01", ""), false),
        (TRACE.replace("00f067aa0ba902b7", "0000000000000000"), false),
        (format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)), false),
        ("\",\"forged\":\"".to_owned(), false),
    ] {
        let headers = [("traceparent", &*trace), ("tracestate", "vendor=1")];
        let answer = edge.get_with("/products", &headers).await;
        let (passed, state) = (valid.then_some(&*trace), valid.then_some("vendor=1"));
        assert_eq!(seen(&server, "traceparent").as_deref(), passed, "{trace}");
        assert_eq!(seen(&server, "tracestate").as_deref(), state, "{trace}");
        asked.push((answer, passed.unwrap_or("").to_owned()));
    }
    for (answer, passed) in asked {
        let line = edge.logged_about(&answer).await;
        assert_eq!(line["traceparent"], json!(passed));
    }
}

#[tokio::test]
async fn the_edge_forwards_only_known_headers() {
    let (server, edge) = start("").await;
    let headers = [
        ("cookie", "session=1"),
        ("authorization", "secret"),
        ("x-forwarded-for", "192.0.2.1"),
        ("user-agent", "one"),
        ("range", "bytes=0-1"),
        ("origin", "https://shop.example"),
        ("cache-control", "no-cache"),
        ("accept", "application/json"),
    ];
    edge.get_with("/products?page=2", &headers).await;
    let head = server.heads().pop().unwrap();
    let mut lines = head.trim_end().lines();
    assert_eq!(lines.next(), Some("get /products?page=2 http/1.1"));
    let mut names: Vec<_> = lines.map(|line| line.split(": ").next().unwrap()).collect();
    names.sort_unstable();
    let expected = [
        "accept",
        "accept-encoding",
        "cache-control",
        "host",
        "origin",
        "x-request-id",
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn the_log_has_one_object_per_request_with_its_keys_in_order() {
    let (server, edge) = start("").await;
    let path = "/products/7/styles?quote=\"";
    let answer = edge.get_with(path, &[("traceparent", TRACE)]).await;
    let id = answer.header("x-request-id");
    let line = edge.logged(|line| line.contains(id)).await;
    let keys = [
        "time",
        "request_id",
        "client",
        "method",
        "uri",
        "route",
        "protocol",
        "status",
        "bytes",
        "seconds",
        "cache",
        "upstream",
        "tries",
        "failed",
        "upstream_status",
        "upstream_seconds",
        "limited",
        "traceparent",
    ];
    let mut rest = &*line;
    for key in keys {
        (_, rest) = rest
            .split_once(&format!("\"{key}\":"))
            .unwrap_or_else(|| panic!("{key} in {line}"));
    }
    let values = edge.logged_about(&answer).await;
    assert_eq!(values.as_object().unwrap().len(), keys.len());
    for (key, value) in [
        ("client", json!("127.0.0.1")),
        ("method", json!("GET")),
        ("route", json!("/products/{id}/styles")),
        ("status", json!(200)),
        ("cache", json!("MISS")),
        ("upstream", json!(server.address())),
        ("tries", json!(1)),
        ("failed", json!("")),
        ("upstream_status", json!("200")),
        ("limited", json!("")),
        ("traceparent", json!(TRACE)),
    ] {
        assert_eq!(values[key], value, "{key} in {line}");
    }
    assert!(
        values["bytes"].is_u64() && values["seconds"].is_f64(),
        "{line}"
    );
}

#[tokio::test]
async fn the_log_says_which_server_answered_and_how_many_were_asked() {
    let (good, bad) = (
        Upstream::always(Reply::new("200 OK", "", "[]")).await,
        Upstream::always(Reply::Close).await,
    );
    let edge = Edge::start(&[good.address(), bad.address()], &[("EDGE_CACHE", "off")]).await;
    while bad.heads().is_empty() {
        assert_eq!(edge.get("/products").await.status, 200);
    }
    let line = edge.logged(|line| line.contains("\"tries\":2,")).await;
    let servers = [("upstream", good.address()), ("failed", bad.address())];
    for (key, address) in servers {
        assert!(line.contains(&format!("\"{key}\":\"{address}\"")), "{line}");
    }
    assert!(line.contains("\"upstream_status\":\"200\""), "{line}");
    let none = Edge::start(&["127.0.0.1:1"], &[]).await;
    let answer = none.get("/products/").await;
    let line = none.logged_about(&answer).await;
    assert_eq!((&line["status"], &line["tries"]), (&json!(503), &json!(1)));
    assert_eq!(
        (&line["upstream"], &line["upstream_status"]),
        (&json!("127.0.0.1:1"), &json!("502"))
    );
    assert_eq!(
        (&line["route"], &line["cache"]),
        (&json!("/products"), &json!("MISS"))
    );
}

#[tokio::test]
async fn routes_are_logged_by_their_templates() {
    let (_server, edge) = start("").await;
    let mut asked = Vec::new();
    for (path, route) in [
        ("/products", "/products"),
        ("/products/?page=2", "/products"),
        ("/products/7", "/products/{id}"),
        ("/products/7/", "/products/{id}"),
        ("/products/x/related?y", "/products/{id}/related"),
        ("/products/7/styles/", "/products/{id}/styles"),
        ("/products/7/related/cards", "/products/{id}/related/cards"),
        ("/products/7/page/?y", "/products/{id}/page"),
        ("/products?ids=1,2", "/products"),
        ("/categories", "/categories"),
        ("/openapi.json", "/openapi.json"),
        ("/openapi_json", "other"),
        ("/products/7/related/other", "other"),
        ("/products/7/other", "other"),
        ("/", "/"),
        ("/?product=7", "/"),
        ("/catalog/main.js", "/catalog/{file}"),
        ("/catalog", "other"),
        ("/catalog/", "other"),
        ("/catalog/main.js/", "other"),
        ("/metrics", "other"),
    ] {
        asked.push((edge.get(path).await, path, route));
    }
    for (answer, path, route) in asked {
        let line = edge.logged_about(&answer).await;
        assert_eq!(line["route"], json!(route), "{path}");
    }
}
