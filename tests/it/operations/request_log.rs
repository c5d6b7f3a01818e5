//! Request ids in problems, and lines of the request log.

use std::{fs::File, net::TcpListener, process::Stdio};

use reqwest::Method;
use serde_json::Value;
use tokio::process::Command;

use crate::support::{
    problem::assert_problem,
    sample::sample_server,
    server::Server,
    test_database::TestDatabase,
    wait::{self, TIMEOUT},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// Returns the log lines about requests.
fn lines(server: &Server) -> Vec<Value> {
    let said = server.said();
    let json = said
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    json.filter(|line: &Value| line["message"] == "Request completed")
        .collect()
}

async fn line(server: &Server, request_id: &str) -> Value {
    let is_it = |line: &Value| line["request_id"] == request_id;
    let is_logged = async |server: &Server| lines(server).iter().any(is_it);
    server.until("the request is logged", is_logged).await;
    lines(server).into_iter().find(is_it).unwrap()
}

#[tokio::test]
async fn only_problems_name_the_request() {
    let (_database, server) = sample_server(&[]).await;
    for path in [
        "/products/404",
        "/products/404/",
        "/products/x",
        "/nowhere",
        "/products?page=0",
    ] {
        let said = [("x-request-id", "Said-by_7")];
        let answer = server.get_with(path, &said).await;
        assert_eq!(answer.header("x-request-id"), "Said-by_7", "{path}");
        assert_problem(&answer, answer.status, path);
        for odd in ["", "two words", "{\"x\":1}", &"x".repeat(65)] {
            let answer = server.get_with(path, &[("x-request-id", odd)]).await;
            let made = answer.header("x-request-id");
            assert!(made.len() == 32 && made != odd, "{path}: {made}");
            assert_problem(&answer, answer.status, path);
        }
        let twice = [("x-request-id", "one"), ("x-request-id", "two")];
        let answer = server.get_with(path, &twice).await;
        assert!(answer.header("x-request-id").len() == 32, "{path}");
    }
    let answer = server.get("/products/1").await;
    assert!(!answer.headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn a_log_line_has_route_status_cache_and_request_id() {
    let (_database, server) = sample_server(&["--log-requests", "all"]).await;
    let traceparent = format!("00-{TRACE}-b7ad6b7169203331-00");
    for (n, (path, route, status, cache)) in [
        ("/products/1", "/products/{id}", 200, "atelierex; fwd=miss"),
        ("/products/1/", "/products/{id}", 200, "atelierex; hit"),
        ("/products/1", "/products/{id}", 200, "atelierex; hit"),
        (
            "/products/1/styles",
            "/products/{id}/styles",
            200,
            "atelierex; hit",
        ),
        ("/products?count=1", "/products", 200, "atelierex; hit"),
        ("/products/404", "/products/{id}", 404, ""),
        ("/else/where?x=y", "unknown", 404, ""),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("id-{n}");
        let headers = [("x-request-id", id.as_str()), ("traceparent", &traceparent)];
        assert_eq!(
            server.get_with(path, &headers).await.status,
            status,
            "{path}"
        );
        let line = line(&server, &id).await;
        assert_eq!(line["route"], route, "{path}");
        assert_eq!(line["status"], status, "{path}");
        assert_eq!(line["cache"], cache, "{path}");
        assert_eq!(line["method"], "GET", "{path}");
        assert_eq!(line["trace_id"], TRACE, "{path}");
        assert!(line["duration_ms"].as_f64().unwrap() > 0.0, "{path}");
        assert!(
            !line.to_string().contains("else"),
            "no line has what a client wrote"
        );
    }
    let odd = Method::from_bytes(b"ODD").unwrap();
    server
        .send(odd, "/products/1", &[("x-request-id", "odd")])
        .await;
    assert_eq!(line(&server, "odd").await["method"], "_OTHER");
}

#[tokio::test]
async fn only_failed_or_slow_requests_are_logged_by_default() {
    let (database, patient) = sample_server(&[]).await;
    drop(patient);
    let server = Server::start_as_shipped(database.url(), &["--request-timeout", "50ms"]).await;
    for path in ["/products/1", "/products/404", "/nowhere"] {
        server.get_with(path, &[("x-request-id", "usual")]).await;
    }
    let session = database.session().await;
    let lock = "BEGIN; LOCK TABLE serving.product_document IN ACCESS EXCLUSIVE MODE";
    session.batch_execute(lock).await.unwrap();
    let failed = [("x-request-id", "failed")];
    assert_eq!(server.get_with("/products/2", &failed).await.status, 503);
    let line = line(&server, "failed").await;
    assert_eq!(
        (&line["status"], &line["route"]),
        (&503.into(), &"/products/{id}".into())
    );
    assert!(
        lines(&server)
            .iter()
            .all(|line| line["request_id"] != "usual")
    );
    session.batch_execute("COMMIT").await.unwrap();
    let slow = Server::start(database.url(), &["--log-slow", "0s"]).await;
    slow.get_with("/products/1", &[("x-request-id", "slow")])
        .await;
    self::line(&slow, "slow").await;
    let silent = ["--log-requests", "none", "--log-slow", "0s"];
    let silent = Server::start(database.url(), &silent).await;
    silent.get("/products/1").await;
    assert_eq!(lines(&silent), Vec::<Value>::new());
}

#[tokio::test]
async fn a_blocked_log_delays_no_request() {
    let database = TestDatabase::new().await;
    // The log cannot tell the addresses: two ports that were free a moment ago.
    let free = || {
        TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
    };
    let [public, admin] = [free().to_string(), free().to_string()];
    let mut server = Command::new(env!("CARGO_BIN_EXE_atelierex"))
        .args(["serve", "--log-requests", "all"])
        .args(["--listen", &public, "--admin-listen", &admin])
        .env("DATABASE_URL", database.url())
        .stdin(Stdio::null())
        .stderr(File::options().write(true).open("/dev/full").unwrap())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(TIMEOUT)
        .build()
        .unwrap();
    let url = format!("http://{public}/products");
    wait::until(
        "it answers",
        async || matches!(client.get(&url).send().await, Ok(answer) if answer.status() == 200),
    )
    .await;
    for _ in 0..100 {
        let answer = client
            .get(format!("http://{public}/products/7"))
            .send()
            .await;
        assert_eq!(answer.unwrap().status(), 404);
    }
    assert!(server.try_wait().unwrap().is_none());
}
