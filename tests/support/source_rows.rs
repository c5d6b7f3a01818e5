//! Source rows for tests to change, and queries that show whether documents follow.

use std::time::Duration;

use atelierex::document::refresh::session::RefreshSession;
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::{
    test_database::{Template, TestDatabase},
    wait,
};

/// Product n has feature n, style 10n with photo 100n and sku 100n, and recommends the next one; 3 recommends 1.
/// Product 4 has only a style 40, product 5 has nothing.
const ROWS: &str = "
INSERT INTO catalog.product SELECT id, 'Product ' || id, NULL, 'Soft', 'Pants', 40.0 FROM generate_series(1, 5) AS id;
INSERT INTO catalog.feature SELECT id, id, 'Fabric', 'Canvas' FROM generate_series(1, 3) AS id;
INSERT INTO catalog.style SELECT 10 * id, id, 'Style', 35.0, 40.0, true FROM generate_series(1, 4) AS id;
INSERT INTO catalog.photo SELECT 100 * id, 10 * id, 'full', 'small' FROM generate_series(1, 3) AS id;
INSERT INTO catalog.sku SELECT 100 * id, 10 * id, 'XS', 8 FROM generate_series(1, 3) AS id;
INSERT INTO catalog.related_product SELECT id, id, id % 3 + 1 FROM generate_series(1, 3) AS id";

/// Query of the queued keys, each once.
const QUEUED: &str = "
SELECT coalesce(array_agg(key ORDER BY key), '{}') FROM (
    SELECT coalesce('product ' || product_id, 'style ' || style_id) AS key FROM serving.change_queue
    UNION
    SELECT coalesce('bulk ' || (product_ids || style_ids)::text, 'from ' || from_product_id) FROM serving.bulk_change
) AS keys";

/// Query that is true if nothing is queued.
pub const NOTHING_QUEUED: &str = "SELECT NOT EXISTS (SELECT FROM serving.change_queue) AND NOT EXISTS (SELECT FROM serving.bulk_change)";

/// Query of the products whose documents differ from the view.
const DIFFERING: &str = "
SELECT product_id
FROM (SELECT * FROM serving.product_document WHERE NOT deleted) AS stored
FULL JOIN serving.composed_document AS composed USING (product_id)
WHERE (stored.listing, stored.detail, stored.styles, stored.related, stored.card)
    IS DISTINCT FROM (composed.listing, composed.detail, composed.styles, composed.related, composed.card)
ORDER BY product_id";

/// A database with the products 1 to 5, composed.
static FIVE_PRODUCTS: Template = Template::new("five_products");

/// Returns a database with the products 1 to 5, composed, and nothing queued.
pub async fn five_products() -> TestDatabase {
    let fill = async |template: &TestDatabase| {
        refill(template).await;
        expect_current(template).await;
    };
    FIVE_PRODUCTS.copy(fill).await
}

/// Restores the rows of the products 1 to 5. Faster than another database.
pub async fn refill(database: &TestDatabase) {
    let all = format!("DELETE FROM catalog.product; {ROWS}");
    database.execute(&all).await;
    compose_all(database).await;
}

/// Returns the queued keys that a session sees, including its own.
pub async fn queued(session: &Client) -> Vec<String> {
    let row = session.query_one(QUEUED, &[]).await;
    row.expect("queues can be read").get(0)
}

/// Composes everything queued, by a single refresher.
pub async fn compose_all(database: &TestDatabase) {
    let mut refresher = refresher(database).await;
    compose_all_with(&mut refresher).await;
}

/// Composes everything queued, by a refresher that has worked before.
pub async fn compose_all_with(refresher: &mut RefreshSession) {
    loop {
        let pending = refresher.poll().await.expect("one can always look");
        if !pending.has_work() {
            return;
        }
        let done = refresher.batch(pending, false, false).await;
        let done = done.expect("products can be composed");
        done.expect("the lock is free");
    }
}

/// Returns a refresher that may take over the lease at once, without time-outs.
pub async fn refresher(database: &TestDatabase) -> RefreshSession {
    let refresher = RefreshSession::connect(database.url(), Uuid::new_v4(), Duration::ZERO).await;
    let refresher = refresher.expect("the database accepts us");
    let patient = "SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0";
    let set = refresher.client().batch_execute(patient).await;
    set.expect("these are settings");
    refresher
}

/// Returns the id of a session's server process.
pub async fn pid_of(session: &Client) -> i32 {
    let row = session.query_one("SELECT pg_backend_pid()", &[]).await;
    row.expect("can be asked").get(0)
}

/// Waits until a query returns true.
pub async fn until_true(database: &TestDatabase, sql: &str) {
    let session = database.session().await;
    wait::until(sql, async || {
        let row = session.query_one(sql, &[]).await;
        row.unwrap_or_else(|error| panic!("{sql}: {error}")).get(0)
    })
    .await;
}

/// Waits until a session waits for a lock.
pub async fn until_blocked(database: &TestDatabase, pid: i32) {
    let sql = format!(
        "SELECT count(*) = 1 FROM pg_stat_activity WHERE pid = {pid} AND wait_event_type = 'Lock'"
    );
    until_true(database, &sql).await;
}

async fn differing(database: &TestDatabase) -> Value {
    let rows = database.json(DIFFERING).await;
    let ids = rows.as_array().expect("an array of rows").iter();
    ids.map(|row| row["product_id"].clone()).collect()
}

/// Asserts that nothing is queued and all documents are correct.
pub async fn expect_current(database: &TestDatabase) {
    assert_eq!(queued(&database.session().await).await, [""; 0]);
    assert_eq!(differing(database).await, json!([]));
}

/// Asserts that nothing is queued although a product's document is wrong.
pub async fn expect_stale(database: &TestDatabase, product: i64) {
    assert_eq!(queued(&database.session().await).await, [""; 0]);
    assert_eq!(differing(database).await, json!([product]));
}
