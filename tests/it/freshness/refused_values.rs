//! Values that SQL can write and no document may have: the document from before is served until they are mended.

use std::fs;

use serde_json::json;

use crate::support::{
    program::run,
    sample::sample_server,
    server::Server,
    source_rows::{NOTHING_QUEUED, expect_current, five_products, until_true},
};

const QUARANTINED: &str = "atelierex_refresh_quarantined_products";

/// Makes quarantined products due for another attempt.
const TRY_AGAIN: &str = "UPDATE serving.refresh_failure SET retry_at = clock_timestamp()";

/// Change of a price, its repair, and the words that name it.
const PRICES: [(&str, &str, &str); 5] = [
    (
        "UPDATE catalog.product SET default_price = 'NaN' WHERE id = 2",
        "UPDATE catalog.product SET default_price = 41 WHERE id = 2",
        "catalog.product.default_price of id 2 is NaN",
    ),
    (
        "UPDATE catalog.product SET default_price = '-Infinity' WHERE id = 2",
        "UPDATE catalog.product SET default_price = 42 WHERE id = 2",
        "catalog.product.default_price of id 2 is -Infinity",
    ),
    (
        "UPDATE catalog.style SET original_price = 'Infinity' WHERE id = 20",
        "UPDATE catalog.style SET original_price = 43 WHERE id = 20",
        "catalog.style.original_price of id 20 is Infinity",
    ),
    (
        "UPDATE catalog.style SET sale_price = 'NaN' WHERE id = 20",
        "UPDATE catalog.style SET sale_price = NULL WHERE id = 20",
        "catalog.style.sale_price of id 20 is NaN",
    ),
    (
        // A product that never had a document.
        "INSERT INTO catalog.product VALUES (0, 'Nothing', NULL, NULL, NULL, 1)",
        "DELETE FROM catalog.product WHERE id = 0",
        "catalog.product.id of id 0 is 0, which is no id of a product",
    ),
];

async fn text(server: &Server, path: &str) -> String {
    String::from_utf8(server.get(path).await.body).unwrap()
}

/// Bodies of all that is served of product 2, and of the list.
async fn bodies(server: &Server) -> Vec<String> {
    let mut bodies = Vec::new();
    for path in [
        "/products/2",
        "/products/2/styles",
        "/products/2/page",
        "/products/1/related/cards",
        "/products?count=100",
    ] {
        bodies.push(text(server, path).await);
    }
    bodies
}

#[tokio::test]
async fn a_price_that_is_no_number_never_reaches_a_response() {
    let database = five_products().await;
    let server = Server::start(database.url(), &[]).await;
    for (harm, repair, words) in PRICES {
        let before = bodies(&server).await;
        database.execute(harm).await;
        let is_told = async |server: &Server| server.count(QUARANTINED).await == 1;
        server.until("the metrics say so", is_told).await;
        let failures = database
            .json("SELECT error FROM serving.refresh_failure")
            .await;
        let error = failures[0]["error"].as_str().unwrap();
        assert!(error.contains(words), "{error}");
        assert_eq!(bodies(&server).await, before, "{harm}");
        // A server that starts now has nothing in memory.
        let other = Server::start(database.url(), &[]).await;
        assert_eq!(bodies(&other).await, before, "{harm}");
        run(database.url(), &["audit"])
            .await
            .expect_code(1)
            .expect_words(&["cannot be composed", words, "1 differ."]);

        database.execute(repair).await;
        database.execute(TRY_AGAIN).await;
        let is_mended = async |server: &Server| server.count(QUARANTINED).await == 0;
        server
            .until("the metrics say that none is left", is_mended)
            .await;
        until_true(&database, NOTHING_QUEUED).await;
        expect_current(&database).await;
        run(database.url(), &["audit"]).await.expect_code(0);
    }
    let styles = server.get("/products/2/styles").await.json();
    assert_eq!(styles["results"][0]["original_price"], "43.00");
}

/// Statements that define the view in a migration.
fn view_of(migration: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/");
    let sql = fs::read_to_string(format!("{folder}{migration}")).unwrap();
    let (_, view) = sql.split_once("VIEW serving.composed_document AS").unwrap();
    let (view, _) = view.split_once(';').unwrap();
    view.to_owned()
}

#[tokio::test]
async fn valid_products_have_the_same_documents_as_before() {
    let (database, _) = sample_server(&[]).await;
    let before = view_of("2026-11-23-100100_create_serving/up.sql");
    assert_eq!(before, view_of("2026-11-28-100000_finite_prices/down.sql"));
    assert_ne!(before, view_of("2026-11-28-100000_finite_prices/up.sql"));
    database
        .execute(&format!(
            "INSERT INTO catalog.style VALUES (900001, 1, 'None', NULL, -0.001, false), (900002, 1, 'Sale', -3.456, 1e30, false);
             CREATE VIEW serving.before AS {before}"
        ))
        .await;
    let differences = "
        SELECT product_id FROM serving.before FULL JOIN serving.composed_document AS now USING (product_id)
        WHERE (before.listing::text, before.detail::text, before.styles::text, before.related::text, before.card::text)
            IS DISTINCT FROM (now.listing::text, now.detail::text, now.styles::text, now.related::text, now.card::text)";
    assert_eq!(database.json(differences).await, json!([]));
    assert_eq!(
        database.value("SELECT count(*) FROM serving.before").await,
        11
    );
}

#[tokio::test]
async fn what_was_served_before_the_migration_is_withdrawn() {
    let database = five_products().await;
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/migrations/2026-11-28-100000_finite_prices/"
    );
    let [up, down] =
        ["up.sql", "down.sql"].map(|file| fs::read_to_string(format!("{folder}{file}")).unwrap());
    database.execute(&down).await;
    let server = Server::start(database.url(), &[]).await;
    database
        .execute("UPDATE catalog.style SET sale_price = 'NaN' WHERE id = 30")
        .await;
    let is_served =
        async |server: &Server| text(server, "/products/3/styles").await.contains("NaN");
    server.until("NaN is served", is_served).await;
    database.execute(&up).await;
    let is_gone = async |server: &Server| server.get("/products/3/styles").await.status == 404;
    server.until("it is withdrawn", is_gone).await;
    let is_told = async |server: &Server| server.count(QUARANTINED).await == 1;
    server.until("the metrics say so", is_told).await;
    database
        .execute("UPDATE catalog.style SET sale_price = 30 WHERE id = 30")
        .await;
    database.execute(TRY_AGAIN).await;
    let is_back = async |server: &Server| server.get("/products/3/styles").await.status == 200;
    server.until("it is back", is_back).await;
    until_true(&database, NOTHING_QUEUED).await;
    expect_current(&database).await;
}
