//! Single changes do not wait behind bulk changes, nor small products behind large ones.

use serde_json::json;
use tokio_postgres::Client;

use crate::support::{
    server::Server,
    source_rows::{
        NOTHING_QUEUED, compose_all, expect_current, five_products, refresher, until_true,
    },
    test_database::TestDatabase,
};

/// Gives products from 1001 on a style with a sku, and composes them.
async fn add_many(database: &TestDatabase, n: i64) {
    let last = 1000 + n;
    let rows = format!(
        "INSERT INTO catalog.product SELECT id, 'Many', NULL, NULL, NULL, 1 FROM generate_series(1001, {last}) AS id;
         INSERT INTO catalog.style SELECT id, id, 'Style', NULL, 1, true FROM generate_series(1001, {last}) AS id;
         INSERT INTO catalog.sku SELECT id, id, 'XS', 1 FROM generate_series(1001, {last}) AS id;
         ANALYZE catalog.product, catalog.style, catalog.sku"
    );
    database.execute(&rows).await;
    compose_all(database).await;
}

async fn version_of(session: &Client, id: i64) -> i64 {
    let sql = "SELECT version FROM serving.product_document WHERE product_id = $1";
    session.query_one(sql, &[&id]).await.unwrap().get(0)
}

#[tokio::test]
async fn single_changes_are_served_before_the_rest_of_many() {
    let database = five_products().await;
    add_many(&database, 4000).await;
    let server = Server::start(database.url(), &[]).await;
    // The last change of all, in the same transaction.
    database
        .execute("BEGIN; UPDATE catalog.sku SET quantity = 9; UPDATE catalog.product SET name = 'Single' WHERE id = 5; COMMIT")
        .await;
    for (path, place, expected) in [
        ("/products/5", "/name", json!("Single")),
        (
            "/products/5000/styles",
            "/results/0/skus/5000/quantity",
            json!(9),
        ),
    ] {
        server
            .until(path, async |server| {
                server.get(path).await.json().pointer(place) == Some(&expected)
            })
            .await;
    }
    until_true(&database, NOTHING_QUEUED).await;
    expect_current(&database).await;
    let session = database.session().await;
    let later = "SELECT count(*) FROM serving.product_document WHERE version > $1";
    let single = version_of(&session, 5).await;
    let later: i64 = session.query_one(later, &[&single]).await.unwrap().get(0);
    assert!(
        later >= 2500,
        "only {later} of 4000 came after the single change"
    );
}

#[tokio::test]
async fn a_change_made_while_many_are_composed_is_in_the_next_batch() {
    let database = five_products().await;
    add_many(&database, 4000).await;
    let mut refresher = refresher(&database).await;
    database
        .execute("UPDATE catalog.sku SET quantity = 9")
        .await;
    for round in 0..3 {
        let rename = format!("UPDATE catalog.product SET name = 'Single {round}' WHERE id = 5");
        database.execute(&rename).await;
        let pending = refresher.poll().await.unwrap();
        refresher
            .batch(pending, false, false)
            .await
            .unwrap()
            .expect("the lock is free");
        let is_composed = format!(
            "SELECT listing ->> 'name' = 'Single {round}' FROM serving.product_document WHERE product_id = 5"
        );
        let session = database.session().await;
        assert!(
            session
                .query_one(&is_composed, &[])
                .await
                .unwrap()
                .get::<_, bool>(0)
        );
        assert!(
            !session
                .query_one(NOTHING_QUEUED, &[])
                .await
                .unwrap()
                .get::<_, bool>(0),
            "many are left"
        );
    }
}

#[tokio::test]
async fn large_products_do_not_delay_a_small_one() {
    let database = five_products().await;
    add_many(&database, 40).await;
    let heavy = "INSERT INTO catalog.sku SELECT 1000000 + 10000 * style.id + n, style.id, 'S', 1
         FROM catalog.style, generate_series(1, 3000) AS n WHERE style.id > 1000; ANALYZE catalog.sku";
    database.execute(heavy).await;
    compose_all(&database).await;
    // Changed one by one, so that each has a key of its own.
    database
        .execute("DO $$ BEGIN FOR heavy IN 1001..1040 LOOP UPDATE catalog.sku SET quantity = 9 WHERE id = heavy; END LOOP; END $$")
        .await;
    let mut refresher = refresher(&database).await;
    let mut batches = 0;
    loop {
        database
            .execute("UPDATE catalog.product SET name = name || '!' WHERE id = 5")
            .await;
        let pending = refresher.poll().await.unwrap();
        assert!(refresher.begin().await.unwrap());
        let products = refresher.take(pending).await.unwrap();
        assert!(refresher.write(&products).await.unwrap() > 0);
        refresher.commit(true, false).await.unwrap();
        batches += 1;
        let ids: Vec<i64> = products.iter().map(|of| of.product_id).collect();
        assert!(
            batches == 1 || ids.contains(&5),
            "batch {batches} without the light one: {ids:?}"
        );
        assert!(ids.len() <= 14, "a batch of {} heavy products", ids.len());
        if ids == [5] {
            break;
        }
    }
    assert!(batches > 4, "all of them in {batches} batches");
    expect_current(&database).await;
}
