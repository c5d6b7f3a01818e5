//! Capture by `COPY`, in transactions that are rolled back, under any `search_path`, and after a load.

use futures_util::SinkExt as _;

use super::{ROWS, expect_keys, keys_of};
use crate::support::{
    export::Export,
    fixtures::three_products,
    source_rows::{five_products, queued},
};

/// Changes of rows that a load published.
const LOADED: &str = "
UPDATE catalog.product SET name = 'Other' WHERE id = 2 => product 2
DELETE FROM catalog.feature WHERE id = 1 => product 1
UPDATE catalog.style SET product_id = 1 WHERE id = 2 => product 1, product 2
INSERT INTO catalog.photo VALUES (9, 3, NULL, NULL) => style 3
UPDATE catalog.sku SET quantity = 0 WHERE id = 1 => style 1
DELETE FROM catalog.related_product WHERE id = 1 => product 1
TRUNCATE catalog.sku => everything
";

#[tokio::test]
async fn copied_rows_queue_their_keys() {
    let database = five_products().await;
    let session = database.session().await;
    session.batch_execute("BEGIN").await.unwrap();
    for (table, rows) in [
        ("product", "6\tNew\t\\N\t\\N\t\\N\t1\n"),
        ("sku", "8\t10\tM\t1\n9\t40\tM\t1\n"),
        ("related_product", "9\t5\t1\n"),
    ] {
        let sink = session
            .copy_in(&format!("COPY catalog.{table} FROM STDIN"))
            .await;
        let mut sink = Box::pin(sink.expect("the table can be copied into"));
        sink.send(rows.as_bytes()).await.unwrap();
        sink.as_mut().finish().await.unwrap();
    }
    assert_eq!(
        queued(&session).await,
        ["product 5", "product 6", "style 10", "style 40"]
    );
}

#[tokio::test]
async fn a_rollback_queues_nothing() {
    let database = five_products().await;
    let session = database.session().await;
    session
        .batch_execute(
            "BEGIN; UPDATE catalog.sku SET quantity = 1; TRUNCATE catalog.feature; ROLLBACK",
        )
        .await
        .unwrap();
    assert_eq!(queued(&session).await, [""; 0]);
    let partly = "BEGIN; UPDATE catalog.sku SET quantity = 1 WHERE id = 100; SAVEPOINT part;
         UPDATE catalog.sku SET quantity = 1 WHERE id = 200; ROLLBACK TO part; COMMIT";
    session.batch_execute(partly).await.unwrap();
    assert_eq!(queued(&session).await, ["style 10"]);
    // One row that violates a constraint takes the whole statement with it.
    let refused = "UPDATE catalog.sku SET style_id = 99 WHERE id IN (200, 300)";
    session.batch_execute(refused).await.unwrap_err();
    assert_eq!(queued(&session).await, ["style 10"]);
}

#[tokio::test]
async fn changes_are_captured_under_any_search_path() {
    let database = five_products().await;
    // Names that the triggers use, meaning something else.
    let decoys = "CREATE SCHEMA decoy; SET search_path = decoy;
         CREATE TABLE change_queue (product_id bigint, style_id bigint); CREATE TABLE bulk_change (product_ids bigint[]);
         CREATE TABLE old_rows (id bigint, product_id bigint, style_id bigint);
         CREATE TABLE new_rows (id bigint, product_id bigint, style_id bigint);
         CREATE TABLE sku (id bigint); CREATE TABLE product (id bigint);
         CREATE FUNCTION capture_bulk(bigint[], bigint[]) RETURNS void LANGUAGE sql AS ''";
    database.execute(decoys).await;
    let session = database.session().await;
    for path in [
        "''",
        "pg_temp",
        "decoy",
        "decoy, catalog, serving, public",
        "catalog",
        "missing",
    ] {
        session
            .batch_execute(&format!("SET search_path = {path}"))
            .await
            .unwrap();
        expect_keys(&session, ROWS).await;
        let many = "INSERT INTO catalog.product SELECT id, 'Name', NULL, NULL, NULL, 1 FROM generate_series(10, 110) AS id";
        let keys = keys_of(&session, many).await;
        assert_eq!(
            keys.iter()
                .filter(|key| key.starts_with("bulk {10,11,"))
                .count(),
            1,
            "{path}"
        );
    }
}

#[tokio::test]
async fn changes_are_captured_in_the_tables_that_a_load_published() {
    let database = five_products().await;
    let triggers =
        "SELECT tgrelid::regclass::text AS on, tgname, pg_get_triggerdef(oid) FROM pg_trigger
         WHERE NOT tgisinternal ORDER BY 1, 2";
    let migrated = database.json(triggers).await;
    // Those that capture, and two that have products be found.
    assert_eq!(migrated.as_array().map(Vec::len), Some(26));
    for _ in 0..2 {
        let load = Export::of(&three_products())
            .load(database.url(), &["--force"])
            .await;
        load.expect_code(0);
        assert_eq!(database.json(triggers).await, migrated);
        let session = database.session().await;
        assert_eq!(queued(&session).await, [""; 0], "a load queues nothing");
        expect_keys(&session, LOADED).await;
    }
}
