//! Statements that change many rows: each key once, and many keys in chunks.

use tokio_postgres::Client;

use crate::support::{
    source_rows::{five_products, queued},
    test_database::TestDatabase,
};

#[tokio::test]
async fn a_statement_queues_a_key_once() {
    let database = five_products().await;
    let session = database.session().await;
    let insert = "BEGIN; INSERT INTO catalog.sku SELECT id, 10, 'M', 1 FROM generate_series(1000, 1999) AS id";
    session.batch_execute(insert).await.unwrap();
    let count = "SELECT count(*) FROM serving.change_queue";
    assert_eq!(
        session
            .query_one(count, &[])
            .await
            .unwrap()
            .get::<_, i64>(0),
        1
    );
    session
        .batch_execute("UPDATE catalog.sku SET quantity = 2 WHERE style_id = 10")
        .await
        .unwrap();
    session
        .batch_execute("DELETE FROM catalog.sku WHERE style_id = 10")
        .await
        .unwrap();
    assert_eq!(
        session
            .query_one(count, &[])
            .await
            .unwrap()
            .get::<_, i64>(0),
        3
    );
    assert_eq!(queued(&session).await, ["style 10"]);
}

/// Asserts that a statement queues the keys 1001 to 1000 + n: in chunks if there are more than 100, else singly.
async fn expect_chunks(session: &Client, sql: &str, kind: &str, n: i64) {
    let (key, keys) = (format!("{kind}_id"), format!("{kind}_ids"));
    session
        .batch_execute("DELETE FROM serving.change_queue; DELETE FROM serving.bulk_change")
        .await
        .unwrap();
    session
        .batch_execute(sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let row = session
        .query_one(
            &format!(
                "SELECT (SELECT array_agg(DISTINCT {key} ORDER BY {key}) FROM serving.change_queue),
                 (SELECT array_agg(one ORDER BY one) FROM serving.bulk_change, unnest({keys}) AS one),
                 (SELECT max(cardinality({keys})) FROM serving.bulk_change)"
            ),
            &[],
        )
        .await
        .unwrap();
    let (singly, chunks): (Option<Vec<i64>>, Option<Vec<i64>>) = (row.get(0), row.get(1));
    let all: Vec<i64> = (1001..=1000 + n).collect();
    if n <= 100 {
        assert_eq!((singly, chunks), (Some(all), None), "{sql}");
    } else {
        assert_eq!(chunks, Some(all), "{sql}");
        assert!(row.get::<_, i32>(2) <= 200, "{sql}");
        assert!(singly.is_none_or(|singly| singly.len() <= 101), "{sql}");
    }
}

#[tokio::test]
async fn more_than_a_hundred_keys_are_queued_in_chunks() {
    let database = TestDatabase::new().await;
    let session = database.session().await;
    for n in [100, 101, 450] {
        session.batch_execute("BEGIN").await.unwrap();
        let rows = |columns: &str| {
            format!(
                "SELECT {columns} FROM generate_series(1001, {}) AS id",
                1000 + n
            )
        };
        for (table, key, columns, update) in [
            (
                "product",
                "product",
                "id, 'Name', NULL, NULL, NULL, 1",
                "name = 'Other'",
            ),
            (
                "feature",
                "product",
                "id, id, 'Fabric', NULL",
                "value = 'Canvas'",
            ),
            (
                "related_product",
                "product",
                "id, id, 1001",
                "related_product_id = 1002",
            ),
            (
                "style",
                "product",
                "id, id, 'Style', NULL, 1, true",
                "sale_price = 1",
            ),
            ("photo", "style", "id, id, NULL, NULL", "url = 'other'"),
            ("sku", "style", "id, id, 'XS', 1", "quantity = 2"),
        ] {
            let insert = format!("INSERT INTO catalog.{table} {}", rows(columns));
            expect_chunks(&session, &insert, key, n).await;
            expect_chunks(
                &session,
                &format!("UPDATE catalog.{table} SET {update}"),
                key,
                n,
            )
            .await;
        }
        for (table, key) in [
            ("sku", "style"),
            ("photo", "style"),
            ("style", "product"),
            ("related_product", "product"),
            ("feature", "product"),
            ("product", "product"),
        ] {
            expect_chunks(&session, &format!("DELETE FROM catalog.{table}"), key, n).await;
        }
        session.batch_execute("ROLLBACK").await.unwrap();
    }
}
