//! State of a database as seen from outside the program.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;
use tokio::process::Command;

use crate::support::{model::Catalog, test_database::TestDatabase};

/// Returns the definitions of a database, as `pg_dump` writes them.
pub async fn dump_of_schema(database: &TestDatabase) -> String {
    dump(database, &[]).await
}

/// Returns the definitions of a database without those that a load that was killed leaves for the next one to drop.
pub async fn dump_without_private_schemas(database: &TestDatabase) -> String {
    dump(database, &["--exclude-schema=atelierex*"]).await
}

async fn dump(database: &TestDatabase, flags: &[&str]) -> String {
    // `pg_dump` of the server's own version, which is rarely on the PATH.
    let folder = database
        .value("SELECT to_json(setting) FROM pg_config WHERE name = 'BINDIR'")
        .await;
    let program = Path::new(folder.as_str().expect("a path")).join("pg_dump");
    let dump = Command::new(program)
        .args(["--schema-only", database.url()])
        .args(flags)
        .output()
        .await
        .expect("pg_dump runs");
    assert!(
        dump.status.success(),
        "{}",
        String::from_utf8_lossy(&dump.stderr)
    );
    let text = String::from_utf8(dump.stdout).expect("definitions are UTF-8");
    // Newer versions guard the dump with a random word.
    let is_guard = |line: &&str| line.starts_with("\\restrict") || line.starts_with("\\unrestrict");
    let lines: Vec<_> = text.lines().filter(|line| !is_guard(line)).collect();
    lines.join("\n")
}

/// Returns the cards of all products, by id.
pub async fn cards(database: &TestDatabase) -> Value {
    let cards = "SELECT coalesce(json_agg(card ORDER BY product_id), '[]') FROM serving.product_document WHERE NOT deleted";
    database.value(cards).await
}

/// Returns the schemas that should not exist between two loads.
pub async fn leftovers(database: &TestDatabase) -> Value {
    let others = "nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('public', 'information_schema', 'catalog', 'serving', 'search')";
    database
        .json(&format!("SELECT nspname FROM pg_namespace WHERE {others}"))
        .await
}

/// Asserts that two dumps are the same, with the lines that are not.
#[track_caller]
pub fn assert_same_dump(before: &str, after: &str, what: &str) {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (old, new) = (lines(before), lines(after));
    let gone: Vec<_> = old.difference(&new).collect();
    let come: Vec<_> = new.difference(&old).collect();
    assert!(
        before == after,
        "the definitions are not the same after {what}; gone: {gone:#?}, come: {come:#?}"
    );
}

/// The catalog's tables in the order of the files, with the columns that a file fills.
pub const TABLES: [(&str, &[&str]); 6] = [
    (
        "product",
        &[
            "id",
            "name",
            "slogan",
            "description",
            "category",
            "default_price",
        ],
    ),
    ("feature", &["id", "product_id", "feature", "value"]),
    (
        "style",
        &[
            "id",
            "product_id",
            "name",
            "sale_price",
            "original_price",
            "default_style",
        ],
    ),
    ("photo", &["id", "style_id", "url", "thumbnail_url"]),
    ("sku", &["id", "style_id", "size", "quantity"]),
    (
        "related_product",
        &["id", "product_id", "related_product_id"],
    ),
];

/// The ids of the rows of each table, in the order of [`TABLES`], that differ from those of a catalog.
pub async fn differing_rows(database: &TestDatabase, catalog: &Catalog) -> [Vec<i64>; 6] {
    let session = database.session().await;
    let mut differing = <[Vec<i64>; 6]>::default();
    for (n, ((table, columns), rows)) in TABLES.iter().zip(catalog.rows()).enumerate() {
        let columns = columns.join(", ");
        // Equal numbers are equal, however they are written.
        let sql = format!(
            "SELECT id FROM
                (SELECT id, ROW({columns}) AS columns FROM json_populate_recordset(NULL::catalog.{table}, $1::text::json)) AS wanted
             FULL JOIN (SELECT id, ROW({columns}) AS columns FROM catalog.{table}) AS stored USING (id)
             WHERE wanted.columns IS DISTINCT FROM stored.columns ORDER BY id"
        );
        let rows = session.query(&sql, &[&rows.to_string()]).await;
        let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        differing[n] = rows.iter().map(|row| row.get(0)).collect();
    }
    differing
}

/// Asserts that the tables have exactly the rows of a catalog.
pub async fn expect_rows(database: &TestDatabase, catalog: &Catalog) {
    let differing = differing_rows(database, catalog).await;
    let tables = TABLES.map(|(table, _)| table);
    for (table, ids) in tables.into_iter().zip(differing) {
        assert_eq!(ids, [0; 0], "rows of {table} differ from the export");
    }
}
