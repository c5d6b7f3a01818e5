//! Servers serve every change of a source row soon, whatever else changes and whatever cannot be composed.

use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::{
    changes::{expect_kept, five_products, refresher, settle, until_true},
    client::Server,
    harness::TestDatabase,
};

const NOTHING_QUEUED: &str = "SELECT NOT EXISTS (SELECT FROM serving.change_queue) AND NOT EXISTS (SELECT FROM serving.bulk_change)";

/// A statement; then a path, a place in its answer and what is to be found there.
type Change = (&'static str, &'static str, &'static str, Value);

fn changes_of_products() -> Vec<Change> {
    vec![
        (
            "UPDATE catalog.product SET name = 'Other' WHERE id = 1",
            "/products/1",
            "/name",
            json!("Other"),
        ),
        (
            "UPDATE catalog.product SET slogan = 'Now' WHERE id = 1",
            "/products",
            "/0/slogan",
            json!("Now"),
        ),
        (
            "INSERT INTO catalog.product VALUES (6, 'New', NULL, NULL, NULL, 1)",
            "/products/6",
            "/name",
            json!("New"),
        ),
        (
            "INSERT INTO catalog.product VALUES (7, 'New', NULL, NULL, NULL, 1)",
            "/products?count=9",
            "/6/id",
            json!(7),
        ),
        (
            "DELETE FROM catalog.product WHERE id = 7",
            "/products/7",
            "/status",
            json!(404),
        ),
        (
            "INSERT INTO catalog.feature VALUES (9, 4, 'Sole', 'Rubber')",
            "/products/4",
            "/features/0/value",
            json!("Rubber"),
        ),
        (
            "UPDATE catalog.feature SET value = NULL WHERE id = 9",
            "/products/4",
            "/features/0/value",
            json!(null),
        ),
        (
            "DELETE FROM catalog.feature WHERE id = 9",
            "/products/4",
            "/features",
            json!([]),
        ),
        (
            "INSERT INTO catalog.related_product VALUES (9, 4, 1)",
            "/products/4/related",
            "",
            json!([1]),
        ),
        (
            "UPDATE catalog.related_product SET related_product_id = 2 WHERE id = 9",
            "/products/4/related",
            "",
            json!([2]),
        ),
        (
            "DELETE FROM catalog.product WHERE id = 2",
            "/products/4/related",
            "",
            json!([]),
        ),
        (
            "INSERT INTO catalog.related_product VALUES (9, 4, 3)",
            "/products/4/related",
            "",
            json!([3]),
        ),
        (
            "DELETE FROM catalog.related_product WHERE id = 9",
            "/products/4/related",
            "",
            json!([]),
        ),
    ]
}

fn changes_of_styles() -> Vec<Change> {
    let (path, no_photo) = (
        "/products/5/styles",
        json!([{"thumbnail_url": null, "url": null}]),
    );
    vec![
        (
            "INSERT INTO catalog.style VALUES (50, 5, 'New', NULL, 1, true)",
            path,
            "/results/0/name",
            json!("New"),
        ),
        (
            "UPDATE catalog.style SET sale_price = 0.5 WHERE id = 50",
            path,
            "/results/0/sale_price",
            json!("0.50"),
        ),
        (
            "INSERT INTO catalog.photo VALUES (9, 50, 'full', NULL)",
            path,
            "/results/0/photos/0/url",
            json!("full"),
        ),
        (
            "UPDATE catalog.photo SET url = 'other' WHERE id = 9",
            path,
            "/results/0/photos/0/url",
            json!("other"),
        ),
        (
            "DELETE FROM catalog.photo WHERE id = 9",
            path,
            "/results/0/photos",
            no_photo,
        ),
        (
            "INSERT INTO catalog.sku VALUES (9, 50, 'XL', 3)",
            path,
            "/results/0/skus/9/quantity",
            json!(3),
        ),
        (
            "UPDATE catalog.sku SET quantity = 2 WHERE id = 9",
            path,
            "/results/0/skus/9/quantity",
            json!(2),
        ),
        (
            "UPDATE catalog.sku SET style_id = 40 WHERE id = 9",
            path,
            "/results/0/skus/null/size",
            json!(null),
        ),
        (
            "DELETE FROM catalog.sku WHERE id = 9",
            "/products/4/styles",
            "/results/0/skus/null/size",
            json!(null),
        ),
        (
            "UPDATE catalog.style SET product_id = 5 WHERE id = 40",
            path,
            "/results/0/style_id",
            json!(40),
        ),
        (
            "DELETE FROM catalog.style WHERE product_id = 5",
            path,
            "/results",
            json!([]),
        ),
    ]
}

fn truncations() -> Vec<Change> {
    vec![
        (
            "TRUNCATE catalog.feature",
            "/products/1",
            "/features",
            json!([]),
        ),
        (
            "TRUNCATE catalog.related_product",
            "/products/1/related",
            "",
            json!([]),
        ),
        (
            "TRUNCATE catalog.photo",
            "/products/1/styles",
            "/results/0/photos/0/url",
            json!(null),
        ),
        (
            "TRUNCATE catalog.sku",
            "/products/1/styles",
            "/results/0/skus/null/size",
            json!(null),
        ),
        (
            "TRUNCATE catalog.style CASCADE",
            "/products/1/styles",
            "/results",
            json!([]),
        ),
        (
            "TRUNCATE catalog.product CASCADE",
            "/products",
            "",
            json!([]),
        ),
        (
            "INSERT INTO catalog.product VALUES (1, 'Back', NULL, NULL, NULL, 1)",
            "/products/1",
            "/name",
            json!("Back"),
        ),
    ]
}

/// Makes changes one after the other; each must be seen on every server, and not before it is made.
async fn expect_changes_served(changes: Vec<Change>) {
    let database = five_products().await;
    let servers = [
        Server::start(database.url(), &[]).await,
        Server::start(database.url(), &["--no-feed-listen"]).await,
        Server::start(database.url(), &["--cache-capacity-bytes", "0"]).await,
    ];
    for (sql, path, place, expected) in changes {
        let is_served =
            async |server: &Server| server.get(path).await.json().pointer(place) == Some(&expected);
        for server in &servers {
            // What is in memory has to be replaced.
            assert!(
                !is_served(server).await,
                "{sql}: {path}{place} is {expected} before"
            );
        }
        database.execute(sql).await;
        for server in &servers {
            server.until(&format!("{sql} is served"), is_served).await;
        }
    }
    until_true(&database, NOTHING_QUEUED).await;
    expect_kept(&database).await;
}

#[tokio::test]
async fn changes_of_products_features_and_recommendations_are_served() {
    expect_changes_served(changes_of_products()).await;
}

#[tokio::test]
async fn changes_of_styles_photos_and_skus_are_served() {
    expect_changes_served(changes_of_styles()).await;
}

#[tokio::test]
async fn what_truncate_leaves_is_served() {
    expect_changes_served(truncations()).await;
}

/// Gives products from 1001 on a style with a sku, and has them composed.
async fn add_many(database: &TestDatabase, n: i64) {
    let last = 1000 + n;
    let rows = format!(
        "INSERT INTO catalog.product SELECT id, 'Many', NULL, NULL, NULL, 1 FROM generate_series(1001, {last}) AS id;
         INSERT INTO catalog.style SELECT id, id, 'Style', NULL, 1, true FROM generate_series(1001, {last}) AS id;
         INSERT INTO catalog.sku SELECT id, id, 'XS', 1 FROM generate_series(1001, {last}) AS id;
         ANALYZE catalog.product, catalog.style, catalog.sku"
    );
    database.execute(&rows).await;
    settle(database).await;
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
    // Last of all, and visible together with all.
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
    expect_kept(&database).await;
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
        let outlook = refresher.look().await.unwrap();
        refresher
            .batch(outlook, false, false)
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
async fn heavy_products_do_not_keep_a_light_one_waiting() {
    let database = five_products().await;
    add_many(&database, 40).await;
    let heavy = "INSERT INTO catalog.sku SELECT 1000000 + 10000 * style.id + n, style.id, 'S', 1
         FROM catalog.style, generate_series(1, 3000) AS n WHERE style.id > 1000; ANALYZE catalog.sku";
    database.execute(heavy).await;
    settle(&database).await;
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
        let outlook = refresher.look().await.unwrap();
        assert!(refresher.begin().await.unwrap());
        let candidates = refresher.take(outlook).await.unwrap();
        assert!(refresher.write(&candidates).await.unwrap() > 0);
        refresher.commit(true, false).await.unwrap();
        batches += 1;
        let ids: Vec<i64> = candidates.iter().map(|of| of.product_id).collect();
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
    expect_kept(&database).await;
}

/// Makes composing product 2 fail, and says how to make it succeed again.
async fn break_product_2(database: &TestDatabase) -> String {
    let sound = database
        .value("SELECT to_json(pg_get_viewdef('serving.composed_document'::regclass))")
        .await;
    let sound = sound
        .as_str()
        .expect("SQL is text")
        .trim_end_matches(';')
        .to_owned();
    let replace = "CREATE OR REPLACE VIEW serving.composed_document AS";
    let broken = format!(
        "{replace} SELECT product_id, listing, detail, styles, related,
         CASE WHEN 1 / (product_id - 2) < 2 THEN card END AS card FROM ({sound}) AS sound"
    );
    database.execute(&broken).await;
    format!("{replace} {sound}")
}

async fn name_of(server: &Server, id: i64) -> Value {
    server.get(&format!("/products/{id}")).await.json()["name"].clone()
}

#[tokio::test]
async fn a_product_that_cannot_be_composed_is_set_aside_until_it_can() {
    let database = five_products().await;
    let server = Server::start(database.url(), &[]).await;
    let repair = break_product_2(&database).await;
    database
        .execute("UPDATE catalog.product SET name = 'Other'")
        .await;
    for id in [1, 3, 4, 5] {
        let is_served = async |server: &Server| name_of(server, id).await == "Other";
        server.until("the others are served", is_served).await;
    }
    let is_said =
        async |server: &Server| server.metric("atelierex_refresh_set_aside_products").await == 1.0;
    server.until("the metrics say so", is_said).await;
    assert!(server.metric("atelierex_refresh_set_aside_total").await >= 1.0);
    assert_eq!(
        name_of(&server, 2).await,
        "Product 2",
        "the document from before"
    );
    let failures = database
        .json("SELECT product_id, error FROM serving.refresh_failure")
        .await;
    assert_eq!(
        failures,
        json!([{"product_id": 2, "error": "division by zero"}])
    );
    // It stands in nobody's way, also when it is tried again and when it changes.
    for round in 0..5 {
        let name = format!("Round {round}");
        database
            .execute(&format!(
                "UPDATE catalog.product SET name = '{name}' WHERE id IN (1, 2)"
            ))
            .await;
        server
            .until("the other is served", async |server| {
                name_of(server, 1).await == name.as_str()
            })
            .await;
    }
    until_true(
        &database,
        "SELECT bool_and(attempts > 2) FROM serving.refresh_failure",
    )
    .await;
    database.execute(&repair).await;
    server
        .until("it is served", async |server| {
            name_of(server, 2).await == "Round 4"
        })
        .await;
    let is_said =
        async |server: &Server| server.metric("atelierex_refresh_set_aside_products").await == 0.0;
    server
        .until("the metrics say that none is left", is_said)
        .await;
    assert_eq!(
        database.json("SELECT * FROM serving.refresh_failure").await,
        json!([])
    );
    expect_kept(&database).await;
}
