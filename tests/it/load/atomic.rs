//! A load is seen wholly or not at all, however it ends.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::support::{
    catalog_changes::next_export, either::Either, export::Export, fixtures::named, server::Server,
    test_database::TestDatabase,
};

#[tokio::test(flavor = "multi_thread")]
async fn clients_see_one_catalog_or_the_other_while_loads_alternate() {
    let database = TestDatabase::new().await;
    let catalogs = [named("First", 24), named("Another", 24)];
    let exports = catalogs.each_ref().map(Export::of);
    exports[0].load(database.url(), &[]).await.expect_code(0);
    let server = Arc::new(Server::start(database.url(), &[]).await);
    let either = Arc::new(Either::of(&catalogs[0], &catalogs[1]));
    let ended = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let (server, either, ended) =
                (Arc::clone(&server), Arc::clone(&either), Arc::clone(&ended));
            tokio::spawn(async move {
                while !ended.load(Ordering::Relaxed) {
                    either.check_each(&server).await;
                }
            })
        })
        .collect();
    for round in 1..=6 {
        let (export, listings) = (&exports[round % 2], catalogs[round % 2].listings());
        export.load(database.url(), &[]).await.expect_code(0);
        let published =
            async |server: &Server| server.get("/products?count=100").await.json() == listings;
        server.until("the load is served", published).await;
    }
    ended.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.expect("no answer was a mix");
    }
    server.expect_catalog(&catalogs[0]).await;
    let counts = either.served();
    assert!(counts.iter().all(|count| *count > 0), "both were seen");
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_see_each_product_as_it_was_or_as_it_is_while_few_change() {
    let database = TestDatabase::new().await;
    let first = named("First", 24);
    let catalogs = [first.clone(), next_export(&first)];
    let exports = catalogs.each_ref().map(Export::of);
    exports[0].load(database.url(), &[]).await.expect_code(0);
    let server = Server::start(database.url(), &[]).await;
    let either = Either::of(&catalogs[0], &catalogs[1]);
    for round in 1..=6 {
        let mut load = exports[round % 2].start_load(database.url(), &[]);
        while !load.has_ended() {
            either.check_products(&server).await;
        }
        load.finish().await.expect_code(0);
        let listings = catalogs[round % 2].listings();
        let published =
            async |server: &Server| server.get("/products?count=100").await.json() == listings;
        server.until("the load is served", published).await;
        server.expect_catalog(&catalogs[round % 2]).await;
    }
    let counts = either.served();
    assert!(counts.iter().all(|count| *count > 0), "both were seen");
}

#[tokio::test]
async fn a_server_that_saw_a_load_answers_like_one_that_starts_after_it() {
    let database = TestDatabase::new().await;
    let (before, after) = (named("Before", 12), named("Afterwards", 20));
    Export::of(&before)
        .load(database.url(), &[])
        .await
        .expect_code(0);
    let server = Server::start(database.url(), &[]).await;
    server.expect_catalog(&before).await;
    Export::of(&after)
        .load(database.url(), &[])
        .await
        .expect_code(0);
    let published =
        async |server: &Server| server.get("/products?count=100").await.json() == after.listings();
    server.until("the load is served", published).await;
    // What was in memory is not served beside the new page, and what is gone is gone.
    server.expect_catalog(&after).await;
    for product in before
        .products
        .iter()
        .filter(|product| after.product(product.id).is_none())
    {
        assert_eq!(
            server
                .get(&format!("/products/{}", product.id))
                .await
                .status,
            404
        );
    }
}
