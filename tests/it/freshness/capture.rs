//! Every change of a source row queues the keys of the products that it shows in, and nothing else does.

use futures_util::SinkExt as _;
use tokio_postgres::Client;

use crate::support::{
    export::Export,
    fixtures::three_products,
    source_rows::{five_products, queued},
    test_database::TestDatabase,
};

const EVERYTHING: &[&str] = &["from -9223372036854775808"];

/// Rows of each table come, change and go.
const ROWS: [(&str, &[&str]); 18] = [
    (
        "INSERT INTO catalog.product VALUES (6, 'New', NULL, NULL, NULL, 1)",
        &["product 6"],
    ),
    (
        "UPDATE catalog.product SET name = 'Other' WHERE id = 2",
        &["product 2"],
    ),
    ("DELETE FROM catalog.product WHERE id = 5", &["product 5"]),
    (
        "INSERT INTO catalog.feature VALUES (9, 2, 'Sole', NULL)",
        &["product 2"],
    ),
    (
        "UPDATE catalog.feature SET value = NULL WHERE id = 3",
        &["product 3"],
    ),
    ("DELETE FROM catalog.feature WHERE id = 1", &["product 1"]),
    (
        "INSERT INTO catalog.style VALUES (50, 5, 'New', NULL, 1, false)",
        &["product 5"],
    ),
    (
        "UPDATE catalog.style SET sale_price = NULL WHERE id = 20",
        &["product 2"],
    ),
    ("DELETE FROM catalog.style WHERE id = 40", &["product 4"]),
    (
        "INSERT INTO catalog.photo VALUES (9, 40, NULL, NULL)",
        &["style 40"],
    ),
    (
        "UPDATE catalog.photo SET url = 'other' WHERE id = 200",
        &["style 20"],
    ),
    ("DELETE FROM catalog.photo WHERE id = 100", &["style 10"]),
    (
        "INSERT INTO catalog.sku VALUES (9, 40, 'XL', 0)",
        &["style 40"],
    ),
    (
        "UPDATE catalog.sku SET quantity = 7 WHERE id = 300",
        &["style 30"],
    ),
    ("DELETE FROM catalog.sku WHERE id = 200", &["style 20"]),
    (
        "INSERT INTO catalog.related_product VALUES (9, 5, 1)",
        &["product 5"],
    ),
    (
        "UPDATE catalog.related_product SET related_product_id = 4 WHERE id = 1",
        &["product 1"],
    ),
    (
        "DELETE FROM catalog.related_product WHERE id = 2",
        &["product 2"],
    ),
];

/// The keys that statements queue, which are then rolled back.
async fn keys_of(session: &Client, sql: &str) -> Vec<String> {
    let run = session.batch_execute(&format!("BEGIN; {sql}")).await;
    run.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let keys = queued(session).await;
    session.batch_execute("ROLLBACK").await.expect("can be");
    keys
}

async fn expect_keys(session: &Client, cases: &[(&str, &[&str])]) {
    for (sql, expected) in cases {
        assert_eq!(keys_of(session, sql).await, *expected, "{sql}");
    }
}

async fn expect_keys_of_five(cases: &[(&str, &[&str])]) {
    let database = five_products().await;
    expect_keys(&database.session().await, cases).await;
}

#[tokio::test]
async fn inserts_updates_and_deletes_queue_the_key_of_the_row() {
    expect_keys_of_five(&ROWS).await;
}

#[tokio::test]
async fn an_update_that_changes_nothing_queues_nothing() {
    let nothing: &[&str] = &[];
    expect_keys_of_five(&[
        ("UPDATE catalog.product SET name = name", nothing),
        ("UPDATE catalog.product SET default_price = 40.00", nothing),
        ("UPDATE catalog.feature SET value = 'Canvas'", nothing),
        (
            "UPDATE catalog.style SET sale_price = 35.000, original_price = 40",
            nothing,
        ),
        (
            "UPDATE catalog.photo SET url = url, thumbnail_url = thumbnail_url",
            nothing,
        ),
        ("UPDATE catalog.sku SET quantity = 8", nothing),
        ("UPDATE catalog.related_product SET id = id", nothing),
        ("UPDATE catalog.sku SET quantity = 1 WHERE false", nothing),
        ("DELETE FROM catalog.product WHERE false", nothing),
        (
            "INSERT INTO catalog.sku SELECT * FROM catalog.sku WHERE false",
            nothing,
        ),
        // Those that change among those that do not.
        (
            "UPDATE catalog.sku SET quantity = CASE id WHEN 200 THEN 1 ELSE 8 END",
            &["style 20"],
        ),
        (
            "UPDATE catalog.product SET slogan = CASE id WHEN 5 THEN '' END",
            &["product 5"],
        ),
        // Values that only look alike.
        (
            "UPDATE catalog.style SET sale_price = 35.001 WHERE id = 10",
            &["product 1"],
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_moved_row_queues_its_old_and_its_new_key() {
    expect_keys_of_five(&[
        (
            "UPDATE catalog.feature SET product_id = 2 WHERE id = 1",
            &["product 1", "product 2"],
        ),
        (
            "UPDATE catalog.related_product SET product_id = 5 WHERE id = 3",
            &["product 3", "product 5"],
        ),
        (
            "UPDATE catalog.style SET product_id = 5 WHERE id = 10",
            &["product 1", "product 5"],
        ),
        (
            "UPDATE catalog.photo SET style_id = 20 WHERE id = 100",
            &["style 10", "style 20"],
        ),
        (
            "UPDATE catalog.sku SET style_id = 40 WHERE id = 300",
            &["style 30", "style 40"],
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_changed_primary_key_queues_both_keys() {
    expect_keys_of_five(&[
        (
            "UPDATE catalog.product SET id = 6 WHERE id = 5",
            &["product 5", "product 6"],
        ),
        (
            "UPDATE catalog.feature SET id = 9 WHERE id = 1",
            &["product 1"],
        ),
        (
            "UPDATE catalog.style SET id = 41 WHERE id = 40",
            &["product 4"],
        ),
        (
            "UPDATE catalog.photo SET id = 9 WHERE id = 100",
            &["style 10"],
        ),
        (
            "UPDATE catalog.sku SET id = 9 WHERE id = 100",
            &["style 10"],
        ),
        (
            "UPDATE catalog.related_product SET id = 9 WHERE id = 1",
            &["product 1"],
        ),
        // The key that another row had before the statement.
        (
            "DELETE FROM catalog.feature WHERE id = 1; UPDATE catalog.feature SET id = id - 1",
            &["product 1", "product 2", "product 3"],
        ),
        (
            "UPDATE catalog.feature SET id = id + 8, product_id = 4 - product_id",
            &["product 1", "product 2", "product 3"],
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_deleted_product_queues_itself_and_products_that_recommend_it() {
    expect_keys_of_five(&[
        // Its styles are gone, so that their keys lead nowhere; its own is what counts.
        ("DELETE FROM catalog.product WHERE id = 2", &["product 1", "product 2", "style 20"]),
        ("DELETE FROM catalog.style WHERE id = 10", &["product 1", "style 10"]),
        (
            "DELETE FROM catalog.product WHERE id = 5; INSERT INTO catalog.product VALUES (5, 'Back', NULL, NULL, NULL, 1)",
            &["product 5"],
        ),
        (
            "DELETE FROM catalog.style WHERE id = 40; INSERT INTO catalog.style VALUES (40, 5, 'Back', NULL, 1, true)",
            &["product 4", "product 5"],
        ),
    ])
    .await;
}

#[tokio::test]
async fn statements_that_insert_or_update_queue_both() {
    expect_keys_of_five(&[
        (
            "INSERT INTO catalog.product VALUES (1, 'Other', NULL, NULL, NULL, 1), (6, 'New', NULL, NULL, NULL, 1)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name",
            &["product 1", "product 6"],
        ),
        (
            "INSERT INTO catalog.sku VALUES (100, 10, 'XS', 8), (200, 20, 'XS', 7), (9, 40, 'M', 1)
             ON CONFLICT (id) DO UPDATE SET quantity = excluded.quantity",
            &["style 20", "style 40"],
        ),
        (
            "INSERT INTO catalog.sku VALUES (100, 10, 'XS', 7), (9, 40, 'M', 1) ON CONFLICT DO NOTHING",
            &["style 40"],
        ),
        (
            "MERGE INTO catalog.sku USING (VALUES (100, 10), (9, 40), (300, 30)) AS given (id, style) ON sku.id = given.id
             WHEN MATCHED AND given.style = 10 THEN UPDATE SET quantity = 7
             WHEN MATCHED THEN DELETE
             WHEN NOT MATCHED THEN INSERT VALUES (given.id, given.style, 'M', 1)",
            &["style 10", "style 30", "style 40"],
        ),
        (
            "WITH gone AS (DELETE FROM catalog.photo WHERE id = 100) UPDATE catalog.sku SET quantity = 7 WHERE id = 200",
            &["style 10", "style 20"],
        ),
    ])
    .await;
}

#[tokio::test]
async fn truncate_queues_every_product() {
    expect_keys_of_five(&[
        ("TRUNCATE catalog.feature", EVERYTHING),
        ("TRUNCATE catalog.photo", EVERYTHING),
        ("TRUNCATE catalog.sku", EVERYTHING),
        ("TRUNCATE catalog.related_product", EVERYTHING),
        ("TRUNCATE catalog.style CASCADE", EVERYTHING),
        ("TRUNCATE catalog.product CASCADE", EVERYTHING),
        (
            "TRUNCATE catalog.style, catalog.photo, catalog.sku",
            EVERYTHING,
        ),
    ])
    .await;
}

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
        expect_keys(&session, &ROWS).await;
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
            .load(database.url(), &[])
            .await;
        load.expect_code(0);
        assert_eq!(database.json(triggers).await, migrated);
        let session = database.session().await;
        assert_eq!(queued(&session).await, [""; 0], "a load queues nothing");
        let cases: &[(&str, &[&str])] = &[
            (
                "UPDATE catalog.product SET name = 'Other' WHERE id = 2",
                &["product 2"],
            ),
            ("DELETE FROM catalog.feature WHERE id = 1", &["product 1"]),
            (
                "UPDATE catalog.style SET product_id = 1 WHERE id = 2",
                &["product 1", "product 2"],
            ),
            (
                "INSERT INTO catalog.photo VALUES (9, 3, NULL, NULL)",
                &["style 3"],
            ),
            (
                "UPDATE catalog.sku SET quantity = 0 WHERE id = 1",
                &["style 1"],
            ),
            (
                "DELETE FROM catalog.related_product WHERE id = 1",
                &["product 1"],
            ),
            ("TRUNCATE catalog.sku", EVERYTHING),
        ];
        expect_keys(&session, cases).await;
    }
}
