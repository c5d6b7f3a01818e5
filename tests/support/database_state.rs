//! State of a database as seen from outside the program.

use std::path::Path;

use serde_json::Value;
use tokio::process::Command;

use crate::support::test_database::TestDatabase;

/// Returns the definitions of a database, as `pg_dump` writes them.
pub async fn dump_of_schema(database: &TestDatabase) -> String {
    // `pg_dump` of the server's own version, which is rarely on the PATH.
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
