//! For any input of a client, the server goes on and answers nothing with a 5xx status.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt as _, stream};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    strategy::ValueTree as _,
    test_runner::TestRunner,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::support::{sample::sample_server, server::Server, wait::TIMEOUT};

/// Number of connections with random input.
const CASES: usize = 3_000;

/// Number of connections at the same time.
const CONCURRENCY: usize = 32;

/// Methods of the routes and others.
const METHODS: [&str; 6] = ["GET", "GET", "HEAD", "OPTIONS", "POST", "CONNECT"];

/// Paths and queries as clients send them.
const PATHS: [&str; 10] = [
    "/products",
    "/products?page=2&count=3",
    "/products?count=100000",
    "/products/1",
    "/products/2/styles",
    "/products/3/related",
    "/products/1/styles/",
    "/products/404",
    "/products/x",
    "/",
];

/// Headers that decide on the answer.
const HEADERS: [&str; 9] = [
    "Accept-Encoding: br;q=0.5, gzip;q=1.000, *;q=0\r\n",
    "Accept-Encoding: zstd\r\n",
    "If-None-Match: W/\"1\", \"2\"\r\n",
    "If-None-Match: *\r\n",
    "Cache-Control: no-cache\r\n",
    "Origin: https://x.example\r\n",
    "Access-Control-Request-Headers: a, b\r\n",
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n",
    "X-Request-Id: a-b\r\n",
];

/// Inputs that are known to confuse parsers.
const MALFORMED: [&str; 36] = [
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "/products/99999999999999999999",
    "/products/%31",
    "/products/%00",
    "/products/../products/1",
    "//products//1",
    "*",
    "http://x/products/1",
    "?page=%",
    "?page=1&page=1",
    "?&&&=&",
    "#",
    " HTTP/1.1\r\n",
    " HTTP/1.0\r\n",
    " HTTP/0.9\r\n",
    "\r\n",
    "\n",
    "\r",
    "\0",
    " ",
    ":",
    "\r\n\r\n",
    "Accept-Encoding: ,;q=,\r\n",
    "If-None-Match: \"\r\n",
    "X-Request-Id: a b\r\n",
    "traceparent: 00-\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: -1\r\n",
    "Content-Length: 5\r\nContent-Length: 6\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip\r\n",
    "0\r\n\r\n",
    "fffffffffffffffff\r\n",
    "Expect: 100-continue\r\n",
    "Upgrade: h2c\r\nConnection: Upgrade\r\n",
    "Connection: close\r\n",
];

/// A valid request.
fn any_request() -> impl Strategy<Value = Vec<u8>> {
    let headers = vec(select(&HEADERS[..]), 0..4);
    (select(&METHODS[..]), select(&PATHS[..]), headers).prop_map(|(method, path, headers)| {
        let headers = headers.concat();
        format!("{method} {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n").into_bytes()
    })
}

/// A small mutation: bytes replaced, removed or added at a random position.
fn any_mistake() -> impl Strategy<Value = (Index, usize, Vec<u8>)> {
    let bytes = prop_oneof![
        vec(any::<u8>(), 0..4),
        select(&MALFORMED[..]).prop_map(Into::into)
    ];
    (any::<Index>(), 0..9_usize, bytes)
}

/// Input of a client on one connection.
fn any_conversation() -> impl Strategy<Value = Vec<u8>> {
    let broken =
        (vec(any_request(), 1..4), vec(any_mistake(), 0..3)).prop_map(|(requests, mistakes)| {
            let mut bytes = requests.concat();
            for (place, removed, added) in mistakes {
                let begin = place.index(bytes.len() + 1);
                let end = (begin + removed).min(bytes.len());
                bytes.splice(begin..end, added);
            }
            bytes
        });
    prop_oneof![
        4 => broken,
        2 => vec(prop_oneof![select(&MALFORMED[..]), select(&PATHS[..]), select(&HEADERS[..])], 0..12).prop_map(|words| words.concat().into_bytes()),
        1 => vec(any::<u8>(), 0..600),
    ]
}

/// Returns all bytes that the server sends until it closes the connection, which it does when the input ends.
async fn converse(server: &Server, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.authority())
        .await
        .expect("it accepts");
    let mut said = Vec::new();
    let (mut read, mut write) = stream.split();
    let send = async {
        // The server may close the connection during the write.
        let _ = write.write_all(bytes).await;
    };
    let receive = read.read_to_end(&mut said);
    let both = async { tokio::join!(send, receive) };
    let ended = timeout(TIMEOUT, both).await;
    assert!(ended.is_ok(), "no end after {}", bytes.escape_ascii());
    said
}

fn expect_no_fault(sent: &[u8], said: &[u8]) {
    let said = String::from_utf8_lossy(said);
    assert!(
        said.is_empty() || said.starts_with("HTTP/1."),
        "{} is answered {said}",
        sent.escape_ascii()
    );
    let faults = said.match_indices("HTTP/1.1 5").count();
    assert_eq!(faults, 0, "{} is answered {said}", sent.escape_ascii());
}

#[tokio::test]
async fn no_client_input_ends_the_server_or_causes_a_5xx() {
    let flags = [
        "--header-read-timeout",
        "50ms",
        "--otlp-endpoint",
        "http://127.0.0.1:9",
    ];
    let (_database, server) = sample_server(&flags).await;
    let mut runner = TestRunner::deterministic();
    let strategy = any_conversation();
    let conversations = (0..CASES).map(|_| strategy.new_tree(&mut runner).unwrap().current());
    let (server, answered) = (&server, AtomicUsize::new(0));
    stream::iter(conversations)
        .for_each_concurrent(CONCURRENCY, async |bytes| {
            let said = converse(server, &bytes).await;
            expect_no_fault(&bytes, &said);
            let is_answered = said.starts_with(b"HTTP/1.1 200");
            answered.fetch_add(is_answered.into(), Ordering::Relaxed);
        })
        .await;
    let said = server.said();
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(server.get("/products/1/styles").await.status, 200);
    let answered = answered.into_inner();
    assert!(answered > CASES / 20, "only {answered} were understood");
    let all_closed = async |server: &Server| server.count("atelierex_http_connections").await <= 1;
    server.until("nothing is left of them", all_closed).await;
}
