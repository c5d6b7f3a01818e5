//! More products are asked for at once than can be loaded.

use futures_util::future::join_all;

use crate::{
    client::Server,
    contract::assert_problem,
    export::Export,
    harness::TestDatabase,
    proxy::{Passage, Proxy},
    small::named,
};

/// Products that may wait.
const QUEUE: u64 = 64;

/// Connections that load.
const CONNECTIONS: u64 = 2;

#[tokio::test]
async fn misses_wait_in_a_bounded_queue_on_few_connections_and_the_rest_is_refused() {
    let database = TestDatabase::new().await;
    let catalogue = named("Storm", 400);
    let export = Export::of(&catalogue);
    export.load(database.url(), &[]).await.expect_code(0);
    let proxy = Proxy::to(database.url()).await;
    let (queue, connections) = (QUEUE.to_string(), CONNECTIONS.to_string());
    let flags = [
        "--cache-capacity-bytes",
        "0",
        "--load-queue",
        &queue,
        "--load-connections",
        &connections,
        "--load-batch",
        "8",
    ];
    let server = Server::start(proxy.url(), &flags).await;
    let paths: Vec<String> = catalogue
        .products
        .iter()
        .map(|product| format!("/products/{}", product.id))
        .collect();
    open_both_connections(&server, &paths[..16]).await;
    // From here on everything that is asked for waits, until the database may speak again.
    proxy.set(Passage::Silent);
    let storm = join_all(paths.iter().map(|path| server.get(path)));
    let watch = async {
        let is_full = async |server: &Server| {
            let refused = server.count("atelierex_load_rejected_total").await;
            let waiting = server.count("atelierex_load_queue").await;
            assert!(waiting <= QUEUE, "{waiting} wait");
            let open = server.count("atelierex_pool_connections").await;
            assert!(open <= CONNECTIONS, "{open} are open");
            refused + QUEUE + CONNECTIONS * 8 >= paths.len() as u64
        };
        server
            .until("what exceeds the queue is refused", is_full)
            .await;
        proxy.set(Passage::Open);
    };
    let (answers, ()) = tokio::join!(storm, watch);
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
    assert_eq!(server.count("atelierex_pool_timeouts").await, 0);
    for path in &paths {
        // Whoever else talks to the database may still be finding out that its connection was cut.
        let is_back = async |server: &Server| server.get(path).await.status == 200;
        server
            .until("products are answered after the storm", is_back)
            .await;
    }
}

/// Asks until the server has as many connections as it may: nothing is to wait for one when the database is silent.
async fn open_both_connections(server: &Server, paths: &[String]) {
    let both_are_open = async |server: &Server| {
        join_all(paths.iter().map(|path| server.get(path))).await;
        server.count("atelierex_pool_connections").await == CONNECTIONS
    };
    server
        .until("both connections are open", both_are_open)
        .await;
}
