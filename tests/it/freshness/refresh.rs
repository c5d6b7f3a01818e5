//! Servers soon serve every change of a source row, in spite of other changes and of products that cannot be composed.

use serde_json::{Value, json};

use crate::support::{
    server::Server,
    source_rows::{NOTHING_QUEUED, expect_current, five_products, until_true},
    test_database::TestDatabase,
};

const QUARANTINED: &str = "atelierex_refresh_quarantined_products";

/// A statement, a path, a JSON pointer into its response, and the expected value there.
type Change = (&'static str, &'static str, &'static str, &'static str);

const CHANGES_OF_PRODUCTS: &[Change] = &[
    (
        "UPDATE catalog.product SET name = 'Other' WHERE id = 1",
        "/products/1",
        "/name",
        r#""Other""#,
    ),
    (
        "UPDATE catalog.product SET slogan = 'Now' WHERE id = 1",
        "/products",
        "/0/slogan",
        r#""Now""#,
    ),
    (
        "INSERT INTO catalog.product VALUES (6, 'New', NULL, NULL, NULL, 1)",
        "/products/6",
        "/name",
        r#""New""#,
    ),
    (
        "INSERT INTO catalog.product VALUES (7, 'New', NULL, NULL, NULL, 1)",
        "/products?count=9",
        "/6/id",
        "7",
    ),
    (
        "DELETE FROM catalog.product WHERE id = 7",
        "/products/7",
        "/status",
        "404",
    ),
    (
        "INSERT INTO catalog.feature VALUES (9, 4, 'Sole', 'Rubber')",
        "/products/4",
        "/features/0/value",
        r#""Rubber""#,
    ),
    (
        "UPDATE catalog.feature SET value = NULL WHERE id = 9",
        "/products/4",
        "/features/0/value",
        "null",
    ),
    (
        "DELETE FROM catalog.feature WHERE id = 9",
        "/products/4",
        "/features",
        "[]",
    ),
    (
        "INSERT INTO catalog.related_product VALUES (9, 4, 1)",
        "/products/4/related",
        "",
        "[1]",
    ),
    (
        "UPDATE catalog.related_product SET related_product_id = 2 WHERE id = 9",
        "/products/4/related",
        "",
        "[2]",
    ),
    (
        "DELETE FROM catalog.product WHERE id = 2",
        "/products/4/related",
        "",
        "[]",
    ),
    (
        "INSERT INTO catalog.related_product VALUES (9, 4, 3)",
        "/products/4/related",
        "",
        "[3]",
    ),
    (
        "DELETE FROM catalog.related_product WHERE id = 9",
        "/products/4/related",
        "",
        "[]",
    ),
];

const CHANGES_OF_STYLES: &[Change] = &[
    (
        "INSERT INTO catalog.style VALUES (50, 5, 'New', NULL, 1, true)",
        "/products/5/styles",
        "/results/0/name",
        r#""New""#,
    ),
    (
        "UPDATE catalog.style SET sale_price = 0.5 WHERE id = 50",
        "/products/5/styles",
        "/results/0/sale_price",
        r#""0.50""#,
    ),
    (
        "INSERT INTO catalog.photo VALUES (9, 50, 'full', NULL)",
        "/products/5/styles",
        "/results/0/photos/0/url",
        r#""full""#,
    ),
    (
        "UPDATE catalog.photo SET url = 'other' WHERE id = 9",
        "/products/5/styles",
        "/results/0/photos/0/url",
        r#""other""#,
    ),
    (
        "DELETE FROM catalog.photo WHERE id = 9",
        "/products/5/styles",
        "/results/0/photos",
        r#"[{"thumbnail_url": null, "url": null}]"#,
    ),
    (
        "INSERT INTO catalog.sku VALUES (9, 50, 'XL', 3)",
        "/products/5/styles",
        "/results/0/skus/9/quantity",
        "3",
    ),
    (
        "UPDATE catalog.sku SET quantity = 2 WHERE id = 9",
        "/products/5/styles",
        "/results/0/skus/9/quantity",
        "2",
    ),
    (
        "UPDATE catalog.sku SET style_id = 40 WHERE id = 9",
        "/products/5/styles",
        "/results/0/skus/null/size",
        "null",
    ),
    (
        "DELETE FROM catalog.sku WHERE id = 9",
        "/products/4/styles",
        "/results/0/skus/null/size",
        "null",
    ),
    (
        "UPDATE catalog.style SET product_id = 5 WHERE id = 40",
        "/products/5/styles",
        "/results/0/style_id",
        "40",
    ),
    (
        "DELETE FROM catalog.style WHERE product_id = 5",
        "/products/5/styles",
        "/results",
        "[]",
    ),
];

const TRUNCATIONS: &[Change] = &[
    ("TRUNCATE catalog.feature", "/products/1", "/features", "[]"),
    (
        "TRUNCATE catalog.related_product",
        "/products/1/related",
        "",
        "[]",
    ),
    (
        "TRUNCATE catalog.photo",
        "/products/1/styles",
        "/results/0/photos/0/url",
        "null",
    ),
    (
        "TRUNCATE catalog.sku",
        "/products/1/styles",
        "/results/0/skus/null/size",
        "null",
    ),
    (
        "TRUNCATE catalog.style CASCADE",
        "/products/1/styles",
        "/results",
        "[]",
    ),
    ("TRUNCATE catalog.product CASCADE", "/products", "", "[]"),
    (
        "INSERT INTO catalog.product VALUES (1, 'Back', NULL, NULL, NULL, 1)",
        "/products/1",
        "/name",
        r#""Back""#,
    ),
];

/// Makes changes one after the other. Each must become visible on every server, and not earlier.
async fn expect_changes_served(changes: &[Change]) {
    let database = five_products().await;
    let servers = [
        Server::start(database.url(), &[]).await,
        Server::start(database.url(), &["--no-feed-listen"]).await,
        Server::start(database.url(), &["--cache-capacity-bytes", "0"]).await,
    ];
    for (sql, path, place, expected) in changes {
        let expected: Value = serde_json::from_str(expected).expect("is JSON");
        let is_served =
            async |server: &Server| server.get(path).await.json().pointer(place) == Some(&expected);
        for server in &servers {
            // The old version is in memory and must be replaced.
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
    expect_current(&database).await;
}

#[tokio::test]
async fn changes_of_products_features_and_recommendations_are_served() {
    expect_changes_served(CHANGES_OF_PRODUCTS).await;
}

#[tokio::test]
async fn changes_of_styles_photos_and_skus_are_served() {
    expect_changes_served(CHANGES_OF_STYLES).await;
}

#[tokio::test]
async fn the_rest_after_truncate_is_served() {
    expect_changes_served(TRUNCATIONS).await;
}

/// Makes quarantined products due for another attempt.
const TRY_AGAIN: &str = "UPDATE serving.refresh_failure SET retry_at = clock_timestamp()";

/// Makes the view fail for product 2 by an expression, and returns the statement that repairs it.
async fn break_product_2(database: &TestDatabase, fault: &str) -> String {
    let sound = "SELECT to_json(pg_get_viewdef('serving.composed_document'::regclass))";
    let sound = database.value(sound).await;
    let sound = sound.as_str().expect("SQL is text").trim_end_matches(';');
    let replace = "CREATE OR REPLACE VIEW serving.composed_document AS";
    let broken = format!(
        "{replace} SELECT product_id, listing, detail, styles, related,
         CASE WHEN product_id <> 2 THEN card WHEN {fault} IS NULL THEN card END AS card FROM ({sound}) AS sound"
    );
    database.execute(&broken).await;
    format!("{replace} {sound}")
}

async fn name_of(server: &Server, id: i64) -> Value {
    server.get(&format!("/products/{id}")).await.json()["name"].clone()
}

#[tokio::test]
async fn a_product_that_cannot_be_composed_is_quarantined_until_it_can() {
    let database = five_products().await;
    let server = Server::start(database.url(), &[]).await;
    let repair = break_product_2(&database, "1 / (product_id - 2)").await;
    database
        .execute("UPDATE catalog.product SET name = 'Other'")
        .await;
    for id in [1, 3, 4, 5] {
        let is_served = async |server: &Server| name_of(server, id).await == "Other";
        server.until("the others are served", is_served).await;
    }
    let is_reported = async |server: &Server| server.count(QUARANTINED).await == 1;
    server.until("the metrics say so", is_reported).await;
    assert!(server.count("atelierex_refresh_quarantines_total").await >= 1);
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
    // It blocks no other product when it is tried again or changes.
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
    database.execute(TRY_AGAIN).await;
    server
        .until("it is served", async |server| {
            name_of(server, 2).await == "Round 4"
        })
        .await;
    let is_reported = async |server: &Server| server.count(QUARANTINED).await == 0;
    server
        .until("the metrics say that none is left", is_reported)
        .await;
    assert_eq!(
        database.json("SELECT * FROM serving.refresh_failure").await,
        json!([])
    );
    expect_current(&database).await;
}

#[tokio::test]
async fn a_product_whose_composing_never_ends_is_quarantined() {
    let database = five_products().await;
    let server = Server::start(database.url(), &[]).await;
    // The planner treats it like any other expression. It is evaluated for this product only.
    let forever = "CREATE FUNCTION forever(bigint) RETURNS bigint STABLE LANGUAGE plpgsql
         AS 'BEGIN PERFORM pg_sleep(100000); RETURN NULL; END'";
    database.execute(forever).await;
    let repair = break_product_2(&database, "forever(product_id)").await;
    let change = "UPDATE catalog.product SET name = 'Other'";
    database.execute(change).await;
    for id in [1, 3, 4, 5] {
        let is_served = async |server: &Server| name_of(server, id).await == "Other";
        server.until("the others are served", is_served).await;
    }
    assert_eq!(name_of(&server, 2).await, "Product 2");
    let failures = "SELECT product_id, error FROM serving.refresh_failure";
    let error = "canceling statement due to statement timeout";
    assert_eq!(
        database.json(failures).await,
        json!([{"product_id": 2, "error": error}])
    );
    database.execute(&repair).await;
    database.execute(TRY_AGAIN).await;
    let is_served = async |server: &Server| name_of(server, 2).await == "Other";
    server.until("it is served", is_served).await;
    until_true(&database, NOTHING_QUEUED).await;
    expect_current(&database).await;
}
