//! Limits of the resources that one client can hold.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::support::{
    problem::assert_problem, sample::sample_server, server::Server, wait::TIMEOUT,
};

/// Sends `request` and reads until the server closes the connection or `length` bytes have arrived.
async fn exchange(server: &Server, request: &[u8], length: usize) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.authority()).await.unwrap();
    // The server may close the connection during the write.
    let _ = stream.write_all(request).await;
    let mut said = Vec::new();
    let mut buffer = [0; 4_096];
    while said.len() < length {
        match timeout(TIMEOUT, stream.read(&mut buffer))
            .await
            .expect("an answer or the end")
        {
            Ok(n) if n > 0 => said.extend_from_slice(&buffer[..n]),
            _ => break,
        }
    }
    said
}

async fn status_of(server: &Server, request: &str) -> String {
    let said = exchange(server, request.as_bytes(), "HTTP/1.1 200".len()).await;
    String::from_utf8_lossy(&said)
        .chars()
        .skip(9)
        .take(3)
        .collect()
}

#[tokio::test]
async fn unread_pages_take_no_more_than_the_response_buffer() {
    let flags = ["--response-buffer-bytes", "1"];
    let (_database, server) = sample_server(&flags).await;
    let mut greedy = TcpStream::connect(server.authority()).await.unwrap();
    let ask = tokio::spawn(async move {
        // Until the responses fill the buffers of both ends; the rest stays in the server.
        while greedy
            .write_all(b"GET /products HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .is_ok()
        {}
    });
    let is_stuck = async |server: &Server| {
        for _ in 0..20 {
            if server.get("/products").await.status != 503 {
                return false;
            }
        }
        true
    };
    server
        .until("no other page has room any more", is_stuck)
        .await;
    assert_problem(&server.get("/products").await, 503, "a page without room");
    assert_eq!(server.get("/products").await.header("retry-after"), "1");
    assert_eq!(server.get("/products/1").await.status, 200);
    assert_eq!(
        server.count("atelierex_http_response_buffer_bytes").await,
        1
    );
    assert!(
        server
            .count("atelierex_http_response_buffer_rejections_total")
            .await
            > 0
    );
    ask.abort();
    let is_answered = async |server: &Server| server.get("/products").await.status == 200;
    server.until("the room is free again", is_answered).await;
    let is_free =
        async |server: &Server| server.count("atelierex_http_response_buffer_bytes").await == 0;
    server.until("all of it", is_free).await;
}

#[tokio::test]
async fn client_and_admin_connections_have_separate_limits() {
    let flags = ["--max-connections", "2", "--admin-max-connections", "2"];
    let (_database, server) = sample_server(&flags).await;
    server.get("/products/1").await;
    // One more besides the test's own.
    let mut idle = vec![TcpStream::connect(server.authority()).await.unwrap()];
    let both = async |server: &Server| server.count("atelierex_http_connections").await == 2;
    server.until("both are open", both).await;
    // A third connection waits. The admin listener still answers.
    let mut third = TcpStream::connect(server.authority()).await.unwrap();
    third
        .write_all(b"GET /products/1 HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = [0; 12];
    let early = timeout(Duration::from_millis(100), third.read_exact(&mut answer)).await;
    assert!(early.is_err(), "no place is free");
    assert_eq!(server.admin("/health/live").await.status, 200);
    assert_eq!(server.count("atelierex_http_connections").await, 2);
    assert_eq!(server.count("atelierex_admin_connections").await, 1);
    idle.clear();
    timeout(TIMEOUT, third.read_exact(&mut answer))
        .await
        .expect("its turn has come")
        .unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
}

#[tokio::test]
async fn an_unwanted_body_is_not_read() {
    let (_database, server) = sample_server(&[]).await;
    for (method, path, status) in [
        ("GET", "/products/1", "200"),
        ("GET", "/products", "200"),
        ("POST", "/products/1", "405"),
        ("PUT", "/products", "405"),
        ("DELETE", "/nowhere", "404"),
    ] {
        for length in ["Content-Length: 1000000000", "Transfer-Encoding: chunked"] {
            let head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n");
            assert_eq!(status_of(&server, &head).await, status, "{head}");
            // The server closes the connection although the client could send more.
            let body = [head.as_bytes(), b"f4240\r\n", &vec![b'x'; 1_000_000]].concat();
            let said = exchange(&server, &body, usize::MAX).await;
            assert!(said.starts_with(b"HTTP/1.1"), "{head}");
        }
    }
}

#[tokio::test]
async fn heads_and_queries_have_a_maximum_size() {
    let (_database, server) = sample_server(&["--max-header-bytes", "8192"]).await;
    let request =
        |path: &str, headers: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
    let large = format!("X: {}\r\n", "x".repeat(20_000));
    let long = format!("/products?x={}", "x".repeat(4_100));
    let many = format!("/products?{}", "x&".repeat(70));
    for (path, headers, expected) in [
        ("/products/1", "", "200"),
        ("/products/1", large.as_str(), "431"),
        ("/products/1", &"X: x\r\n".repeat(200), "431"),
        (&format!("/products/{}", "1".repeat(20_000)), "", "431"),
        (&long, "", "400"),
        (&many, "", "400"),
    ] {
        let status = status_of(&server, &request(path, headers)).await;
        assert_eq!(status, expected, "{path:.60} {headers:.20}");
    }
}
