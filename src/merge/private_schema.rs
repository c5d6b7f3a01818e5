//! The schema with the tables that a load needs for itself.

use tokio_postgres::{Client, Error};

use crate::load::format::{Column, ColumnType, ExportFile};

/// Schema of the private tables. Belongs to Atelierex alone: every load begins and ends by dropping it.
pub const SCHEMA: &str = "atelierex_load";

/// Schema of the catalog's tables.
pub const CATALOG: &str = "catalog";

/// Creates the schema anew, without what an earlier load may have left.
///
/// # Errors
///
/// Database errors: among them, no right to create a schema.
pub async fn create(client: &Client) -> Result<(), Error> {
    drop(client).await?;
    client
        .batch_execute(&format!("CREATE SCHEMA {SCHEMA}"))
        .await
}

/// Drops the schema and everything in it.
///
/// # Errors
///
/// Database errors.
pub async fn drop(client: &Client) -> Result<(), Error> {
    client
        .batch_execute(&format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        .await
}

/// Returns the statement that creates the table for rows of `file` that differ: the file's columns, `seen` with the
/// `xmin` that the row had when it was compared (null for a new row), and `is_gone`.
#[must_use]
pub fn create_differences(file: ExportFile) -> String {
    let columns = definitions(file.columns());
    format!(
        "CREATE UNLOGGED TABLE {SCHEMA}.{} ({columns}, seen xid, is_gone boolean NOT NULL)",
        file.table()
    )
}

/// Returns the statement that creates the table in which the rows of `file` are sorted, and its name.
#[must_use]
pub fn create_unsorted(file: ExportFile) -> (String, String) {
    let table = format!("{SCHEMA}.unsorted_{}", file.table());
    let columns = definitions(file.columns());
    (format!("CREATE UNLOGGED TABLE {table} ({columns})"), table)
}

fn definitions(columns: &[Column]) -> String {
    let definition = |column: &Column| format!("{} {}", column.target, sql_type(column.kind));
    columns
        .iter()
        .map(definition)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The type of a column, as the migrations create it.
pub(super) const fn sql_type(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Id | ColumnType::Reference(_) | ColumnType::BigInt => "bigint",
        ColumnType::Decimal => "numeric",
        ColumnType::Boolean => "boolean",
        ColumnType::Text | ColumnType::Url => "text",
    }
}
