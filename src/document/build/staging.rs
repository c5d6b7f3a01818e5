//! A second, empty set of the tables of documents and search terms beside those that are served.
//!
//! These tables belong to Atelierex. The staged ones are cloned from the migrated ones as PostgreSQL describes them, so
//! no migration ever has to be repeated here. Publishing moves them into place in one transaction. Knows nothing of
//! what the tables hold.

use std::iter;

use tokio_postgres::{Client, Error};

use crate::merge::private_schema::SCHEMA;

/// Schema in which the previous tables wait, unreachable, for being dropped.
pub const RETIRED: &str = "atelierex_retired";

/// The tables that are exchanged, with their schemas.
pub const TABLES: [(&str, &str); 3] = [
    ("search", "product_words"),
    ("search", "vocabulary"),
    ("serving", "product_document"),
];

/// Point at which a statement that completes the clone of a table is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// After the rows are in: indexes, primary keys.
    Index,
    /// Last: triggers, comments, privileges, storage settings.
    Finish,
}

/// A statement that makes a staged table more like its model, for a session whose `search_path` is [`SCHEMA`].
#[derive(Clone, Debug)]
pub struct Statement {
    /// The table, without its schema.
    pub table: String,
    /// Point at which it is due.
    pub phase: Phase,
    /// The statement.
    pub sql: String,
}

/// Drops the previous tables after they have been exchanged.
///
/// # Errors
///
/// Database errors.
pub async fn drop_retired(client: &Client) -> Result<(), Error> {
    client
        .batch_execute(&format!("DROP SCHEMA IF EXISTS {RETIRED} CASCADE"))
        .await
}

/// Tells whether the tables can be exchanged: nothing of anybody else depends on them, which would be lost.
///
/// # Errors
///
/// Database errors.
pub async fn is_exchangeable(client: &Client) -> Result<bool, Error> {
    let names: Vec<String> = TABLES
        .map(|(schema, table)| format!("{schema}.{table}"))
        .to_vec();
    let row = client
        .query_one(include_str!("exchangeable.sql"), &[&names])
        .await?;
    Ok(row.get(0))
}

/// Creates the staged tables, bare: columns, defaults, checks and column comments, nothing else.
///
/// # Errors
///
/// Database errors.
pub async fn create_tables(client: &Client) -> Result<(), Error> {
    let create = |(schema, table)| {
        format!(
            "CREATE TABLE {SCHEMA}.{table} (LIKE {schema}.{table} INCLUDING ALL EXCLUDING INDEXES);"
        )
    };
    let script: String = TABLES.map(create).concat();
    client.batch_execute(&script).await
}

/// Reads what completes the staged tables, in the order in which it must run within a phase.
///
/// # Errors
///
/// Database errors: among them, missing tables.
pub async fn plan(client: &Client) -> Result<Vec<Statement>, Error> {
    let mut statements = Vec::new();
    for (schema, table) in TABLES {
        // Names of this schema are then printed without it, so that they mean the staged tables.
        client
            .execute("SELECT set_config('search_path', $1, false)", &[&schema])
            .await?;
        let relation = format!("{schema}.{table}");
        for row in client
            .query(include_str!("staging_plan.sql"), &[&relation])
            .await?
        {
            let phase = match row.get::<_, &str>(0) {
                "index" => Phase::Index,
                _ => Phase::Finish,
            };
            statements.push(Statement {
                table: table.to_owned(),
                phase,
                sql: row.get(1),
            });
        }
    }
    client
        .batch_execute(&format!("SET search_path = {SCHEMA}"))
        .await?;
    Ok(statements)
}

/// Returns the statements that move the served tables out and the staged ones in, as one script.
#[must_use]
pub fn exchange() -> String {
    let out =
        TABLES.map(|(schema, name)| format!("ALTER TABLE {schema}.{name} SET SCHEMA {RETIRED};\n"));
    let into =
        TABLES.map(|(schema, name)| format!("ALTER TABLE {SCHEMA}.{name} SET SCHEMA {schema};\n"));
    iter::once(format!("CREATE SCHEMA {RETIRED};\n"))
        .chain(out)
        .chain(into)
        .collect()
}
