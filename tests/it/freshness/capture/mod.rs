//! Change capture: a change of a source row queues the keys of the products that show it, and no others.

mod chunks;
mod environment;
mod statements;

use std::mem;

use tokio_postgres::Client;

use crate::support::source_rows::{five_products, queued};

/// Inserts, updates and deletes of each table.
const ROWS: &str = "
INSERT INTO catalog.product VALUES (6, 'New', NULL, NULL, NULL, 1) => product 6
UPDATE catalog.product SET name = 'Other' WHERE id = 2 => product 2
DELETE FROM catalog.product WHERE id = 5 => product 5
INSERT INTO catalog.feature VALUES (9, 2, 'Sole', NULL) => product 2
UPDATE catalog.feature SET value = NULL WHERE id = 3 => product 3
DELETE FROM catalog.feature WHERE id = 1 => product 1
INSERT INTO catalog.style VALUES (50, 5, 'New', NULL, 1, false) => product 5
UPDATE catalog.style SET sale_price = NULL WHERE id = 20 => product 2
DELETE FROM catalog.style WHERE id = 40 => product 4
INSERT INTO catalog.photo VALUES (9, 40, NULL, NULL) => style 40
UPDATE catalog.photo SET url = 'other' WHERE id = 200 => style 20
DELETE FROM catalog.photo WHERE id = 100 => style 10
INSERT INTO catalog.sku VALUES (9, 40, 'XL', 0) => style 40
UPDATE catalog.sku SET quantity = 7 WHERE id = 300 => style 30
DELETE FROM catalog.sku WHERE id = 200 => style 20
INSERT INTO catalog.related_product VALUES (9, 5, 1) => product 5
UPDATE catalog.related_product SET related_product_id = 4 WHERE id = 1 => product 1
DELETE FROM catalog.related_product WHERE id = 2 => product 2
";

/// Parses a table of cases: statements, each followed by `=>` and the keys that it queues.
fn cases(table: &str) -> Vec<(String, Vec<&str>)> {
    let mut cases = Vec::new();
    let mut statement = String::new();
    for line in table.lines().filter(|line| !line.starts_with("--")) {
        let Some((end, keys)) = line.split_once(" => ") else {
            statement.push_str(line);
            continue;
        };
        statement.push_str(end);
        let keys = match keys {
            "nothing" => Vec::new(),
            "everything" => vec!["from -9223372036854775808"],
            keys => keys.split(", ").collect(),
        };
        cases.push((mem::take(&mut statement), keys));
    }
    assert_eq!(statement, "", "every statement has keys");
    cases
}

/// Returns the keys that statements queue. The statements are rolled back.
async fn keys_of(session: &Client, sql: &str) -> Vec<String> {
    let run = session.batch_execute(&format!("BEGIN; {sql}")).await;
    run.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let keys = queued(session).await;
    session.batch_execute("ROLLBACK").await.unwrap();
    keys
}

/// Asserts the keys that each statement of a table queues.
async fn expect_keys(session: &Client, table: &str) {
    for (sql, expected) in cases(table) {
        assert_eq!(keys_of(session, &sql).await, expected, "{sql}");
    }
}

/// Asserts the keys that each statement of a table queues in a database with five products.
async fn expect_keys_of_five(table: &str) {
    let database = five_products().await;
    expect_keys(&database.session().await, table).await;
}
