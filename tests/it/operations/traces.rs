//! Spans of requests, as a collector receives them.

use std::net::TcpListener;

use futures_util::future::join_all;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode};

use crate::support::{
    fixtures::serving,
    otlp_collector::{Collector, attribute, hex},
    sample::sample_server,
    server::Server,
    test_database::TestDatabase,
};

const PARENT: &str = "b7ad6b7169203331";

/// Trace id of a test's nth request.
fn trace(n: u8) -> String {
    format!("{n:032x}")
}

fn traceparent(n: u8, is_sampled: bool) -> String {
    format!("00-{}-{PARENT}-{:02x}", trace(n), u8::from(is_sampled))
}

/// Waits until the collector has `count` spans of a trace, and returns them with the request's span first.
async fn spans(server: &Server, collector: &Collector, n: u8, count: usize) -> Vec<Span> {
    let are_there = async |_: &Server| collector.spans(&trace(n)).len() >= count;
    server.until("the collector has the spans", are_there).await;
    let mut spans = collector.spans(&trace(n));
    assert_eq!(spans.len(), count, "{spans:?}");
    spans.sort_by_key(|span| span.kind != SpanKind::Server as i32);
    spans
}

async fn server_for(collector: &Collector, sample: &str) -> (TestDatabase, Server) {
    let flags = ["--otlp-endpoint", collector.url(), "--otlp-sample", sample];
    sample_server(&flags).await
}

#[tokio::test]
async fn a_sampled_request_has_a_child_span_of_its_callers() {
    let collector = Collector::start(true).await;
    let (_database, server) = server_for(&collector, "0").await;
    server.get("/products/1").await;
    for (n, path, name, status) in [
        (1, "/products/1", "GET /products/{id}", "200"),
        (2, "/products/1/", "GET /products/{id}", "200"),
        (
            3,
            "/products/404/styles/",
            "GET /products/{id}/styles",
            "404",
        ),
        (4, "/nowhere", "GET unknown", "404"),
    ] {
        let (traceparent, id) = (traceparent(n, true), format!("request-{n}"));
        let headers = [("traceparent", traceparent.as_str()), ("x-request-id", &id)];
        server.get_with(path, &headers).await;
        let count = if n == 3 { 2 } else { 1 };
        let span = spans(&server, &collector, n, count).await.remove(0);
        assert_eq!(
            (span.name.as_str(), hex(&span.parent_span_id)),
            (name, PARENT.into())
        );
        assert_eq!(attribute(&span, "http.request.method"), "GET");
        assert_eq!(
            attribute(&span, "http.route"),
            name.strip_prefix("GET ").unwrap()
        );
        assert_eq!(attribute(&span, "http.response.status_code"), status);
        assert_eq!(attribute(&span, "request.id"), id);
        let cache = if status == "200" {
            "atelierex; hit"
        } else {
            ""
        };
        assert_eq!(attribute(&span, "cache.status"), cache);
        assert!(span.end_time_unix_nano >= span.start_time_unix_nano);
    }
    assert!(collector.services().iter().all(|name| name == "atelierex"));
    // A request that is not sampled has no span, nor has one without a trace.
    let not_sampled = traceparent(9, false);
    server
        .get_with("/products/1", &[("traceparent", &not_sampled)])
        .await;
    let last = traceparent(10, true);
    server
        .get_with("/products/1", &[("traceparent", &last)])
        .await;
    spans(&server, &collector, 10, 1).await;
    assert_eq!(collector.spans(&trace(9)), []);
    // They are counted when the collector has answered.
    let are_counted =
        async |server: &Server| server.count("atelierex_otlp_spans_sent_total").await == 6;
    server.until("all spans are counted", are_counted).await;
    let dropped = server.count("atelierex_otlp_spans_dropped_total").await;
    assert_eq!(dropped, 0);
}

#[tokio::test]
async fn a_fetch_is_a_child_of_the_requests_span() {
    let collector = Collector::start(true).await;
    let (_database, server) = server_for(&collector, "0").await;
    let sampled = traceparent(1, true);
    server
        .get_with("/products/2", &[("traceparent", &sampled)])
        .await;
    let spans_of_miss = spans(&server, &collector, 1, 2).await;
    let [request, fetch] = &spans_of_miss[..] else {
        panic!("{spans_of_miss:?}")
    };
    assert_eq!(attribute(request, "cache.status"), "atelierex; fwd=miss");
    assert_eq!(
        (fetch.name.as_str(), fetch.kind),
        ("fetch documents", SpanKind::Client as i32)
    );
    assert_eq!(fetch.parent_span_id, request.span_id);
    assert_eq!(attribute(fetch, "db.system.name"), "postgresql");
    assert_eq!(attribute(fetch, "db.operation.batch.size"), "1");
    // Composing a page is a span, and the fetch for it is a child of that.
    let sampled = traceparent(2, true);
    server
        .get_with("/products?count=9", &[("traceparent", &sampled)])
        .await;
    let spans_of_page = spans(&server, &collector, 2, 3).await;
    let named = |name: &str| spans_of_page.iter().find(|span| span.name == name).unwrap();
    let (request, page, fetch) = (
        named("GET /products"),
        named("page"),
        named("fetch documents"),
    );
    assert_eq!(page.parent_span_id, request.span_id);
    assert_eq!(fetch.parent_span_id, page.span_id);
    assert_eq!(attribute(fetch, "db.operation.batch.size"), "8");
}

#[tokio::test]
async fn a_batch_is_a_child_of_one_request_and_linked_to_the_others() {
    let collector = Collector::start(true).await;
    let flags = [
        "--otlp-endpoint",
        collector.url(),
        "--fetch-connections",
        "1",
    ];
    let (database, server) = serving(&flags).await;
    let session = database.session().await;
    let lock = "BEGIN; LOCK TABLE serving.product_document IN ACCESS EXCLUSIVE MODE";
    session.batch_execute(lock).await.unwrap();
    // The first fetch is in progress when the other requests arrive, which therefore wait together.
    let get = async |n: u8| {
        let sampled = traceparent(n, true);
        let path = format!("/products/{n}");
        server
            .get_with(&path, &[("traceparent", &sampled)])
            .await
            .status
    };
    let first = get(1);
    let others = async {
        let is_asked = "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'atelierex fetch' AND wait_event_type = 'Lock' AND datname = current_database()";
        crate::support::source_rows::until_true(&database, is_asked).await;
        let release = async {
            let wait = async |server: &Server| server.count("atelierex_fetch_queue").await == 3;
            server.until("three wait", wait).await;
            session.batch_execute("COMMIT").await.unwrap();
        };
        tokio::join!(join_all([get(2), get(3), get(4)]), release).0
    };
    let (first, others) = tokio::join!(first, others);
    assert_eq!((first, others), (200, vec![200; 3]));
    let sent = async |server: &Server| server.count("atelierex_otlp_spans_sent_total").await == 6;
    server.until("all are sent", sent).await;
    let all: Vec<Span> = (1..=4).flat_map(|n| collector.spans(&trace(n))).collect();
    let batch = all
        .iter()
        .find(|span| !span.links.is_empty())
        .expect("a batch with links");
    assert_eq!(attribute(batch, "db.operation.batch.size"), "3");
    let requests: Vec<_> = all
        .iter()
        .filter(|span| span.kind == SpanKind::Server as i32)
        .collect();
    assert_eq!(requests.len(), 4);
    let mut answered: Vec<_> = batch
        .links
        .iter()
        .map(|link| link.span_id.clone())
        .collect();
    answered.push(batch.parent_span_id.clone());
    let is_served = |span: &&&Span| answered.contains(&span.span_id);
    assert_eq!(
        (answered.len(), requests.iter().filter(is_served).count()),
        (3, 3)
    );
}

#[tokio::test]
async fn a_share_of_the_requests_is_sampled_and_failures_are_marked() {
    let collector = Collector::start(true).await;
    let (database, server) = server_for(&collector, "0.25").await;
    for _ in 0..40 {
        assert_eq!(server.get("/products/1").await.status, 200);
    }
    let sent = async |server: &Server| server.count("atelierex_otlp_spans_sent_total").await >= 9;
    server.until("a quarter is sent", sent).await;
    let sent = server.count("atelierex_otlp_spans_sent_total").await;
    assert!((9..=13).contains(&sent), "{sent} of 40");
    database
        .execute("ALTER TABLE serving.product_document RENAME TO elsewhere")
        .await;
    let sampled = traceparent(1, true);
    let answer = server
        .get_with("/products/3", &[("traceparent", &sampled)])
        .await;
    assert_eq!(answer.status, 503);
    for span in spans(&server, &collector, 1, 2).await {
        assert_eq!(
            span.status.unwrap().code,
            StatusCode::Error as i32,
            "{}",
            span.name
        );
    }
}

/// Asserts that a server answers requests and keeps a bounded number of spans while the collector accepts none.
async fn expect_indifference(endpoint: &str) {
    let flags = ["--otlp-endpoint", endpoint, "--otlp-sample", "1"];
    let (_database, server) = sample_server(&flags).await;
    for _ in 0..80 {
        let answers = join_all((0..50).map(|_| server.get("/products/1"))).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
    }
    let dropped = server.count("atelierex_otlp_spans_dropped_total").await;
    // All except those in the queue and those that are being sent.
    assert!(dropped >= 4_000 - 2_048 - 512, "{dropped}");
    assert_eq!(server.count("atelierex_otlp_spans_sent_total").await, 0);
    server.terminate().await;
    server.finish().await.expect_code(0);
}

#[tokio::test]
async fn an_absent_collector_delays_no_request() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    expect_indifference(&format!("http://{free}")).await;
}

#[tokio::test]
async fn a_silent_collector_delays_no_request() {
    let collector = Collector::start(false).await;
    expect_indifference(collector.url()).await;
}
