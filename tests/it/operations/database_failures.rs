//! A server whose database fails: it answers from memory and rejects other requests at once.

use std::{process, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::support::{
    export::Export,
    fixtures::named,
    model::Catalog,
    problem::assert_problem,
    program::run,
    proxy::{Passage, Proxy},
    server::Server,
    test_database::TestDatabase,
    wait::TIMEOUT,
};

/// A generous limit: a rejection comes from the server itself, not from a time-out of a connection.
const AT_ONCE: Duration = Duration::from_secs(5);

async fn loaded() -> (TestDatabase, Catalog) {
    let database = TestDatabase::new().await;
    let catalog = named("Known", 40);
    Export::of(&catalog)
        .load(database.url(), &[])
        .await
        .expect_code(0);
    (database, catalog)
}

/// Requests a product that was never requested before. The response must be an immediate 503 with `Retry-After`.
async fn expect_refusal(server: &Server, path: &str) {
    let answer = timeout(AT_ONCE, server.get(path))
        .await
        .unwrap_or_else(|_| panic!("{path} waits"));
    assert_problem(&answer, 503, path);
    let seconds: u64 = answer
        .header("retry-after")
        .parse()
        .expect("Retry-After is a number of seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
}

/// Asserts the behavior of a server while its database is away and after it is back. `away` and `back` cause that.
async fn expect_endurance(
    server: &Server,
    catalog: &Catalog,
    away: impl AsyncFnOnce(),
    back: impl AsyncFnOnce(),
) {
    let (known, unknown) = catalog.products.split_at(10);
    for product in known {
        let path = format!("/products/{}", product.id);
        assert_eq!(
            server.get(&path).await.json(),
            catalog.detail(product),
            "{path}"
        );
    }
    away().await;
    for product in unknown.iter().take(10) {
        expect_refusal(server, &format!("/products/{}", product.id)).await;
    }
    for product in known {
        let path = format!("/products/{}", product.id);
        let answer = timeout(AT_ONCE, server.get(&path))
            .await
            .unwrap_or_else(|_| panic!("{path} waits"));
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.json(), catalog.detail(product), "{path}");
    }
    assert_eq!(server.admin("/health/live").await.status, 200);
    back().await;
    let path = format!("/products/{}/styles", unknown[0].id);
    server
        .until("it answers again", async |server| {
            server.get(&path).await.status == 200
        })
        .await;
    server.expect_catalog(catalog).await;
}

#[tokio::test]
async fn a_server_outlives_a_database_that_closes_its_connections() {
    let (database, catalog) = loaded().await;
    let proxy = Proxy::to(database.url()).await;
    let server = Server::start_as_shipped(proxy.url(), &[]).await;
    let (away, back) = (
        async || proxy.set(Passage::Cut),
        async || proxy.set(Passage::Open),
    );
    expect_endurance(&server, &catalog, away, back).await;
}

#[tokio::test]
async fn a_server_outlives_a_silent_database() {
    let (database, catalog) = loaded().await;
    let proxy = Proxy::to(database.url()).await;
    let server = Server::start_as_shipped(proxy.url(), &[]).await;
    let (away, back) = (
        async || proxy.set(Passage::Silent),
        async || proxy.set(Passage::Open),
    );
    expect_endurance(&server, &catalog, away, back).await;
}

#[tokio::test]
async fn a_server_outlives_a_locked_table() {
    let (database, catalog) = loaded().await;
    let server = Server::start_as_shipped(database.url(), &[]).await;
    let session = database.session().await;
    let lock = "BEGIN; LOCK TABLE serving.product_document IN ACCESS EXCLUSIVE MODE";
    let away = async || session.batch_execute(lock).await.expect("it can be locked");
    let back = async || {
        session
            .batch_execute("COMMIT")
            .await
            .expect("it can be unlocked");
    };
    expect_endurance(&server, &catalog, away, back).await;
}

#[tokio::test]
async fn responses_without_the_database_are_marked_stale() {
    let (database, catalog) = loaded().await;
    let proxy = Proxy::to(database.url()).await;
    let server = Server::start_as_shipped(proxy.url(), &[]).await;
    let path = format!("/products/{}", catalog.products[0].id);
    assert_eq!(server.get(&path).await.status, 200);
    proxy.set(Passage::Cut);
    let is_stale = async |server: &Server| {
        let answer = server.get(&path).await;
        assert_eq!(answer.status, 200);
        // RFC 9211: a stale response has a negative time to live.
        answer.header("cache-status").contains("ttl=-")
    };
    server.until("Cache-Status says stale", is_stale).await;
    proxy.set(Passage::Open);
    let is_fresh = async |server: &Server| !is_stale(server).await;
    server
        .until("Cache-Status does not say stale", is_fresh)
        .await;
}

#[tokio::test]
async fn sigterm_ends_a_server_with_open_connections() {
    let (database, _) = loaded().await;
    let server = Server::start_as_shipped(database.url(), &["--drain-timeout", "300ms"]).await;
    let mut idle = TcpStream::connect(server.authority()).await.unwrap();
    let mut half = TcpStream::connect(server.authority()).await.unwrap();
    half.write_all(b"GET /products/1 HTTP/1.1\r\nHost: x\r\n")
        .await
        .unwrap();
    server.get("/products/1").await;
    server.terminate().await;
    server.finish().await.expect_code(0);
    for connection in [&mut idle, &mut half] {
        let read = timeout(AT_ONCE, connection.read(&mut [0; 1]))
            .await
            .expect("is closed");
        assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    }
}

#[tokio::test]
async fn a_client_with_an_unfinished_request_is_disconnected() {
    let (database, _) = loaded().await;
    let server =
        Server::start_as_shipped(database.url(), &["--header-read-timeout", "200ms"]).await;
    let mut slow = TcpStream::connect(server.authority()).await.unwrap();
    slow.write_all(b"GET /products/1 HTTP/1.1\r\nHost: x\r\n")
        .await
        .unwrap();
    let mut said = Vec::new();
    let read = timeout(AT_ONCE, slow.read_to_end(&mut said))
        .await
        .expect("is closed");
    let said = String::from_utf8_lossy(&said);
    assert!(
        read.is_err() || said.is_empty() || said.starts_with("HTTP/1.1 408"),
        "{said}"
    );
}

#[tokio::test]
async fn a_client_that_never_reads_is_disconnected() {
    let (database, _) = loaded().await;
    let server = Server::start_as_shipped(database.url(), &["--write-timeout", "200ms"]).await;
    let mut greedy = TcpStream::connect(server.authority()).await.unwrap();
    let ask = async {
        // Until the responses fill the buffers of both ends, and some more.
        while greedy
            .write_all(b"GET /products?count=40 HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .is_ok()
        {}
    };
    timeout(TIMEOUT, ask).await.expect("is closed");
    assert_eq!(server.get("/products/1").await.status, 200);
}

#[tokio::test]
async fn the_owner_of_a_taken_port_is_named() {
    let (database, _) = loaded().await;
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let serve = run(
        database.url(),
        &[
            "serve",
            "--listen",
            &address,
            "--admin-listen",
            "127.0.0.1:0",
        ],
    )
    .await;
    let (ip, port) = address.split_once(':').unwrap();
    let taken = format!(
        "port {port} of {ip} is in use by process {} (",
        process::id()
    );
    serve.expect_code(1).expect_words(&[&taken, "--listen"]);
}
