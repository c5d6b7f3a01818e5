//! A load is seen wholly or not at all, however it ends.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};

use crate::support::{
    export::Export,
    fixtures::named,
    model::Catalog,
    server::{Server, documents},
    test_database::TestDatabase,
};

const PAGES: [(&str, usize, usize); 4] = [
    ("/products?count=100", 0, 100),
    ("/products", 0, 5),
    ("/products?page=2&count=7", 7, 14),
    ("/products/?page=3&count=7", 14, 21),
];

/// Responses of a catalog on each path; none for a product that it does not have.
fn answers(catalog: &Catalog) -> BTreeMap<String, Value> {
    let listings = catalog.listings();
    let listings = listings.as_array().expect("a list of listings");
    let pages = PAGES.into_iter().map(|(path, from, to)| {
        let range = from.min(listings.len())..to.min(listings.len());
        (path.to_owned(), json!(listings[range]))
    });
    let products = catalog
        .products
        .iter()
        .flat_map(|product| documents(catalog, product));
    pages.chain(products).collect()
}

/// Catalogs of which exactly one is served at a time, with their responses for each path.
struct Either {
    answers: [BTreeMap<String, Value>; 2],
    served: [AtomicUsize; 2],
}

impl Either {
    fn of(one: &Catalog, other: &Catalog) -> Self {
        Self {
            answers: [answers(one), answers(other)],
            served: <[AtomicUsize; 2]>::default(),
        }
    }

    /// Asks for everything once; each answer must be wholly one catalog's.
    async fn check_each(&self, server: &Server) {
        let paths = self.answers.iter().flat_map(BTreeMap::keys);
        for path in paths {
            let answer = server.get(path).await;
            let document = (answer.status != 404).then(|| answer.json());
            assert!(
                document.is_none() || answer.status == 200,
                "{path}: {}",
                answer.status
            );
            let matches = self
                .answers
                .each_ref()
                .map(|answers| answers.get(path) == document.as_ref());
            assert!(
                matches[0] || matches[1],
                "{path} is neither's: {} {document:?}",
                answer.status
            );
            for (count, _) in self
                .served
                .iter()
                .zip(matches)
                .filter(|(_, matches)| *matches)
            {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

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
    assert!(
        either
            .served
            .iter()
            .all(|count| count.load(Ordering::Relaxed) > 0),
        "both were seen"
    );
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
