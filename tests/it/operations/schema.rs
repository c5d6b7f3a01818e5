//! The migrations, and the files that describe the migrated database.

use std::{fs, path::Path};

use atelierex::{db::migrate, document::columns::COLUMNS};
use diesel_async::AsyncMigrationHarness;
use diesel_migrations::MigrationHarness as _;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::support::{database_state::dump_of_schema, test_database::TestDatabase};

/// The longest call that rustfmt leaves on one line.
const LINE_WIDTH: usize = 100;

/// Tables of a schema as `diesel print-schema` sees them, if diesel.toml names them: by name, columns in order.
const TABLES: &str = "
SELECT json_agg(json_build_object('name', relname, 'key', (
    SELECT json_agg(attname ORDER BY array_position(conkey, attnum))
    FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
    WHERE conrelid = pg_class.oid AND contype = 'p'
), 'columns', (
    SELECT json_agg(json_build_object(
        'name', attname, 'nullable', NOT attnotnull,
        'array', typcategory = 'A', 'type', ltrim(typname, '_')) ORDER BY attnum)
    FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
    WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
)) ORDER BY relname COLLATE \"C\")
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'SCHEMA'::regnamespace
    AND relname IN ('product_document', 'publication', 'published_product')";

/// Foreign keys by which Diesel can join: only those that are the only one between two tables.
const JOINS: &str = "
SELECT coalesce(json_agg(json_build_object('child', child, 'parent', parent, 'column', key)
    ORDER BY child, parent), '[]')
FROM (
    SELECT c.relname::text COLLATE \"C\" AS child, p.relname::text COLLATE \"C\" AS parent, min(attname) AS key
    FROM pg_constraint
    JOIN pg_class AS c ON c.oid = conrelid JOIN pg_class AS p ON p.oid = confrelid
    JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE contype = 'f' AND c.relnamespace = 'SCHEMA'::regnamespace AND c.oid <> p.oid
    GROUP BY child, parent HAVING count(*) = 1
) AS single";

/// Objects of our schemas that should have a comment and have none.
const WITHOUT_COMMENT: &str = "
SELECT nspname::text AS name FROM pg_namespace
WHERE nspname IN ('catalog', 'serving', 'search') AND obj_description(oid, 'pg_namespace') IS NULL
UNION ALL
SELECT oid::regclass::text FROM pg_class
WHERE relnamespace IN ('catalog'::regnamespace, 'serving'::regnamespace, 'search'::regnamespace)
    AND relkind IN ('r', 'p', 'v', 'm', 'S') AND obj_description(oid, 'pg_class') IS NULL
UNION ALL
SELECT attrelid::regclass || '.' || attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace IN ('catalog'::regnamespace, 'serving'::regnamespace, 'search'::regnamespace)
    AND relkind IN ('r', 'p', 'v', 'm') AND attnum > 0 AND NOT attisdropped
    AND col_description(attrelid, attnum) IS NULL
UNION ALL
SELECT oid::regprocedure::text FROM pg_proc
WHERE pronamespace IN ('catalog'::regnamespace, 'serving'::regnamespace, 'search'::regnamespace)
    AND obj_description(oid, 'pg_proc') IS NULL
ORDER BY name";

/// Returns the file that `diesel print-schema` writes for a schema.
async fn print_schema(database: &TestDatabase, schema: &str) -> String {
    let tables = database.value(&TABLES.replace("SCHEMA", schema)).await;
    let joins = database.value(&JOINS.replace("SCHEMA", schema)).await;
    let mut lines = vec![
        "// @generated automatically by Diesel CLI.".to_owned(),
        String::new(),
        format!("pub mod {schema} {{"),
    ];
    let mut names = Vec::new();
    for table in tables.as_array().unwrap() {
        let name = text(&table["name"]);
        let key: Vec<_> = table["key"].as_array().unwrap().iter().map(text).collect();
        lines.push("    diesel::table! {".to_owned());
        lines.push(format!("        {schema}.{name} ({}) {{", key.join(", ")));
        for column in table["columns"].as_array().unwrap() {
            lines.extend(column_lines(name, column));
        }
        lines.extend(["        }", "    }", ""].map(str::to_owned));
        names.push(name);
    }
    for join in joins.as_array().unwrap() {
        let [child, parent, column] = ["child", "parent", "column"].map(|key| text(&join[key]));
        lines.push(format!(
            "    diesel::joinable!({child} -> {parent} ({column}));"
        ));
    }
    if joins != json!([]) {
        lines.push(String::new());
    }
    lines.extend(same_query(&names));
    lines.push("}\n".to_owned());
    lines.join("\n")
}

/// A column cannot have the name of its table in Rust.
fn column_lines(table: &str, column: &Value) -> Vec<String> {
    let indent = " ".repeat(12);
    let (name, of_type) = (text(&column["name"]), diesel_type(column));
    if name == table {
        return vec![
            format!("{indent}#[sql_name = \"{name}\"]"),
            format!("{indent}{name}_ -> {of_type},"),
        ];
    }
    vec![format!("{indent}{name} -> {of_type},")]
}

/// Formats a line that may be too long as rustfmt does.
fn same_query(names: &[&str]) -> Vec<String> {
    let call = "    diesel::allow_tables_to_appear_in_same_query!(";
    let line = format!("{call}{},)", names.join(", "));
    if line.len() <= LINE_WIDTH {
        return vec![line + ";"];
    }
    let names = names.iter().map(|name| format!("        {name},"));
    std::iter::once(call.to_owned())
        .chain(names)
        .chain(["    );".to_owned()])
        .collect()
}

fn diesel_type(column: &Value) -> String {
    let name = text(&column["type"]);
    let mut diesel = name[..1].to_uppercase() + &name[1..];
    if column["array"] == true {
        // PostgreSQL has no type for arrays without null elements.
        diesel = format!("Array<Nullable<{diesel}>>");
    }
    if column["nullable"] == true {
        diesel = format!("Nullable<{diesel}>");
    }
    diesel
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Runs the embedded migrations or reverts them.
async fn migrate(database: &TestDatabase, up: bool) {
    let mut harness = AsyncMigrationHarness::new(database.connect().await);
    let run = move || {
        if up {
            harness.run_pending_migrations(migrate::MIGRATIONS).unwrap();
        } else {
            harness.revert_all_migrations(migrate::MIGRATIONS).unwrap();
        }
    };
    spawn_blocking(run).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_up_down_up_leave_the_same_schema_dump() {
    let database = TestDatabase::empty().await;
    migrate(&database, true).await;
    let first = dump_of_schema(&database).await;
    assert!(first.contains("CREATE VIEW serving.composed_document"));
    migrate(&database, false).await;
    let ours = "SELECT relname FROM pg_class WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema')
                AND relname !~ '^__diesel'";
    assert_eq!(database.json(ours).await, json!([]));
    assert!(!dump_of_schema(&database).await.contains("CREATE SCHEMA"));
    migrate(&database, true).await;
    assert_eq!(dump_of_schema(&database).await, first);
}

#[tokio::test]
async fn schema_rs_equals_the_migrated_database() {
    let database = TestDatabase::new().await;
    let file = "src/db/schema.rs";
    let expected = print_schema(&database, "serving").await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let actual = fs::read_to_string(path).unwrap_or_default();
    assert!(actual == expected, "{file} should be:\n{expected}");
}

#[tokio::test]
async fn the_columns_of_a_document_are_those_that_the_view_composes() {
    let database = TestDatabase::new().await;
    let of = |relation: &str| {
        format!(
            "SELECT coalesce(json_agg(attname ORDER BY attnum), '[]') FROM pg_attribute
             WHERE attrelid = '{relation}'::regclass AND atttypid = 'jsonb'::regtype AND attnum > 0"
        )
    };
    for relation in ["serving.composed_document", "serving.product_document"] {
        assert_eq!(
            database.value(&of(relation)).await,
            json!(COLUMNS),
            "{relation}"
        );
    }
}

#[tokio::test]
async fn every_table_column_view_sequence_and_schema_has_a_comment() {
    let database = TestDatabase::new().await;
    assert_eq!(database.json(WITHOUT_COMMENT).await, json!([]));
}
