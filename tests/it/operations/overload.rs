//! Requests for more products at once than can be fetched.

use futures_util::future::join_all;

use crate::support::{
    export::Export, fixtures::named, problem::assert_problem, server::Server,
    test_database::TestDatabase,
};

/// Products that may wait.
const QUEUE: u64 = 64;

/// Connections that fetch.
const CONNECTIONS: u64 = 2;

#[tokio::test]
async fn misses_wait_in_a_bounded_queue_and_further_ones_are_rejected() {
    let database = TestDatabase::new().await;
    let catalog = named("Burst", 400);
    let export = Export::of(&catalog);
    export.load(database.url(), &[]).await.expect_code(0);
    let (queue, connections) = (QUEUE.to_string(), CONNECTIONS.to_string());
    let flags = [
        "--cache-capacity-bytes",
        "0",
        "--fetch-queue",
        &queue,
        "--fetch-connections",
        &connections,
        "--fetch-batch",
        "8",
    ];
    let server = Server::start(database.url(), &flags).await;
    // From here on every fetch waits until the table may be read again. That breaks no connection, which would open the
    // circuit breaker.
    let session = database.session().await;
    let lock = "BEGIN; LOCK TABLE serving.product_document IN ACCESS EXCLUSIVE MODE";
    session.batch_execute(lock).await.unwrap();
    let paths: Vec<String> = catalog
        .products
        .iter()
        .map(|product| format!("/products/{}", product.id))
        .collect();
    let burst = join_all(paths.iter().map(|path| server.get(path)));
    let watch = async {
        let is_full = async |server: &Server| {
            let refused = server.count("atelierex_fetch_rejected_total").await;
            let waiting = server.count("atelierex_fetch_queue").await;
            assert!(waiting <= QUEUE, "{waiting} wait");
            let connections_open = server.count("atelierex_pool_connections").await;
            assert!(
                connections_open <= CONNECTIONS,
                "{connections_open} are open"
            );
            refused + QUEUE + CONNECTIONS * 8 >= paths.len() as u64
        };
        server
            .until("what exceeds the queue is refused", is_full)
            .await;
        session.batch_execute("COMMIT").await.unwrap();
    };
    let (answers, ()) = tokio::join!(burst, watch);
    let (answered, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    assert!(
        answered.len() as u64 >= QUEUE,
        "{} answered",
        answered.len()
    );
    for answer in &refused {
        assert_problem(answer, 503, "a product beyond the queue");
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert_eq!(server.count("atelierex_pool_timeouts_total").await, 0);
    for path in &paths {
        assert_eq!(server.get(path).await.status, 200, "{path} after the burst");
    }
}

#[tokio::test]
async fn a_broken_feed_connection_fails_no_waiting_request() {
    let database = TestDatabase::new().await;
    let catalog = named("Patience", 40);
    let export = Export::of(&catalog);
    export.load(database.url(), &[]).await.expect_code(0);
    let flags = ["--cache-capacity-bytes", "0", "--fetch-batch", "1"];
    let server = Server::start(database.url(), &flags).await;
    let session = database.session().await;
    let lock = "BEGIN; LOCK TABLE serving.product_document IN ACCESS EXCLUSIVE MODE";
    session.batch_execute(lock).await.unwrap();
    let ids = catalog.products.iter().map(|product| product.id);
    let paths: Vec<String> = ids.map(|id| format!("/products/{id}")).collect();
    let all = join_all(paths.iter().map(|path| server.get(path)));
    let watch = async {
        let waits = async |server: &Server| server.count("atelierex_fetch_queue").await >= 30;
        server.until("most of them wait", waits).await;
        let failures = server.count("atelierex_feed_failures_total").await;
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE application_name = 'atelierex feed' AND datname = current_database()";
        session.batch_execute(cut).await.unwrap();
        let noticed =
            async |server: &Server| server.count("atelierex_feed_failures_total").await > failures;
        server.until("the feed has noticed", noticed).await;
        session.batch_execute("COMMIT").await.unwrap();
    };
    let (answers, ()) = tokio::join!(all, watch);
    for (answer, path) in answers.iter().zip(&paths) {
        assert_eq!(answer.status, 200, "{path}");
    }
}
