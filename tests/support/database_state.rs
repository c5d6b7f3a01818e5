//! State of a database as seen from outside the program.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;
use tokio::process::Command;

use crate::support::test_database::TestDatabase;

/// The definitions of a database, as `pg_dump` writes them.
pub async fn dump_of_schema(database: &TestDatabase) -> String {
    // That of the server's own version, which is seldom on the PATH.
    let folder = database
        .value("SELECT to_json(setting) FROM pg_config WHERE name = 'BINDIR'")
        .await;
    let program = Path::new(folder.as_str().expect("a path")).join("pg_dump");
    let dump = Command::new(program)
        .args(["--schema-only", database.url()])
        .output()
        .await
        .expect("pg_dump runs");
    assert!(
        dump.status.success(),
        "{}",
        String::from_utf8_lossy(&dump.stderr)
    );
    let text = String::from_utf8(dump.stdout).expect("definitions are UTF-8");
    // Newer versions guard the dump with a word that is another each time.
    let is_guard = |line: &&str| line.starts_with("\\restrict") || line.starts_with("\\unrestrict");
    let lines: Vec<_> = text.lines().filter(|line| !is_guard(line)).collect();
    lines.join("\n")
}

/// The cards of all products, by id. They are in documents of routes to come.
pub async fn cards(database: &TestDatabase) -> Value {
    let cards = "SELECT coalesce(json_agg(card ORDER BY product_id), '[]') FROM serving.product_document WHERE NOT deleted";
    database.value(cards).await
}

/// The schemas that do not belong there between two loads.
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
