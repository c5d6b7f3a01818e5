//! Changes the rows that differ, in one transaction of ordinary statements.
//!
//! **Order.** Tables and, in each, rows by id: two loads, or a load and a writer that keeps to this order, cannot
//! deadlock. Rows that refer to others come after those when they are inserted and before those when they are
//! deleted; what is moved away from a row that goes is moved first.
//!
//! **Others' changes.** A row is changed only if the transaction that wrote it is still the one that the comparison
//! saw. A row with rows of others below it is not deleted, or the cascade would delete those, too.
//!
//! **Waiting.** An attempt never waits longer than [`LOCK_TIMEOUT`] for a lock, and releases all of its own before the
//! next one: shorter than the time after which PostgreSQL looks for deadlocks, so that it never ends another's transaction
//! for our sake.

use tokio_postgres::{Client, Error};

use super::{
    differences::RowCounts,
    private_schema::{CATALOG, SCHEMA},
};
use crate::load::format::{ColumnType, ExportFile};

/// Longest wait for a lock.
pub const LOCK_TIMEOUT: &str = "400ms";

/// Condition under which the row of `stored` is the one that was compared. A trigger of the shop may have changed it
/// since, in this very transaction.
const IS_UNCHANGED: &str =
    "(stored.xmin = differing.seen OR stored.xmin = pg_current_xact_id()::xid)";

/// Result of one table.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// Rows that were changed.
    pub counts: RowCounts,
    /// Ids of the rows that differ and were left as they are, because others had changed something meanwhile.
    pub kept: Vec<i64>,
}

/// Begins the transaction, and returns its id as rows show it in `xmin`.
///
/// # Errors
///
/// Database errors.
pub async fn begin(client: &Client) -> Result<String, Error> {
    client
        .batch_execute(&format!("BEGIN; SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        .await?;
    let sql = "SELECT pg_current_xact_id()::xid::text";
    Ok(client.query_one(sql, &[]).await?.get(0))
}

/// Changes all rows that differ, and returns what was done, by table. `differing` says which tables have such rows.
///
/// # Errors
///
/// Database errors; the transaction has failed then.
pub async fn apply(
    client: &Client,
    differing: [RowCounts; ExportFile::ALL.len()],
) -> Result<[Applied; ExportFile::ALL.len()], Error> {
    let mut applied = <[Applied; ExportFile::ALL.len()]>::default();
    let has_rows = |file: &ExportFile| differing[*file as usize].total() > 0;
    let tables: Vec<ExportFile> = ExportFile::ALL.into_iter().filter(has_rows).collect();
    let (parents, leaves): (Vec<_>, Vec<_>) =
        tables.iter().partition(|file| children(**file).is_empty());
    let (leaves, parents) = (parents, leaves);
    for file in leaves {
        lock(client, file, true).await?;
        applied[file as usize].counts.deleted = delete(client, file).await?;
    }
    for &file in &tables {
        lock(client, file, false).await?;
        let counts = &mut applied[file as usize].counts;
        counts.updated = client.execute(&update(file), &[]).await?;
        counts.inserted = client.execute(&insert(file), &[]).await?;
    }
    for file in parents.into_iter().rev() {
        lock(client, file, true).await?;
        applied[file as usize].counts.deleted = delete(client, file).await?;
    }
    for file in tables {
        if applied[file as usize].counts != differing[file as usize] {
            applied[file as usize].kept = kept(client, file).await?;
        }
    }
    Ok(applied)
}

/// The tables whose rows refer to rows of `file`, and the columns with which they do.
fn children(file: ExportFile) -> Vec<(ExportFile, &'static str)> {
    let references = |child: ExportFile| {
        child.columns().iter().filter_map(move |column| {
            (column.kind == ColumnType::Reference(file)).then_some((child, column.target))
        })
    };
    ExportFile::ALL.into_iter().flat_map(references).collect()
}

/// Locks the rows that will be changed, in the order of their ids.
async fn lock(client: &Client, file: ExportFile, is_gone: bool) -> Result<(), Error> {
    let (table, strength) = (
        file.table(),
        if is_gone { "UPDATE" } else { "NO KEY UPDATE" },
    );
    let not = if is_gone { "" } else { "NOT" };
    let sql = format!(
        "SELECT count(*) FROM (
             SELECT FROM {CATALOG}.{table} AS stored JOIN {SCHEMA}.{table} AS differing USING (id)
             WHERE differing.seen IS NOT NULL AND {not} differing.is_gone
             ORDER BY stored.id FOR {strength} OF stored
         ) AS locked"
    );
    client.query_one(&sql, &[]).await.map(drop)
}

fn update(file: ExportFile) -> String {
    let table = file.table();
    let assignment =
        |column: &crate::load::format::Column| format!("{0} = differing.{0}", column.target);
    let assignments: Vec<_> = file.columns()[1..].iter().map(assignment).collect();
    format!(
        "UPDATE {CATALOG}.{table} AS stored SET {} FROM {SCHEMA}.{table} AS differing
         WHERE stored.id = differing.id AND NOT differing.is_gone AND {IS_UNCHANGED}{}",
        assignments.join(", "),
        has_parents(file)
    )
}

fn insert(file: ExportFile) -> String {
    let table = file.table();
    let columns: Vec<_> = file.columns().iter().map(|of| of.target).collect();
    let columns = columns.join(", ");
    format!(
        "INSERT INTO {CATALOG}.{table} ({columns}) OVERRIDING SYSTEM VALUE
         SELECT {columns} FROM {SCHEMA}.{table} AS differing
         WHERE differing.seen IS NULL{} ORDER BY id ON CONFLICT (id) DO NOTHING",
        has_parents(file)
    )
}

/// Condition that the rows are there which a row refers to: others may have deleted them.
fn has_parents(file: ExportFile) -> String {
    let condition = |column: &crate::load::format::Column| match column.kind {
        ColumnType::Reference(parent) => Some(format!(
            " AND EXISTS (SELECT FROM {CATALOG}.{} AS parent WHERE parent.id = differing.{})",
            parent.table(),
            column.target
        )),
        _ => None,
    };
    file.columns().iter().filter_map(condition).collect()
}

async fn delete(client: &Client, file: ExportFile) -> Result<u64, Error> {
    let table = file.table();
    let has_none = |(child, column): (ExportFile, &str)| {
        format!(
            " AND NOT EXISTS (SELECT FROM {CATALOG}.{} AS child WHERE child.{column} = stored.id)",
            child.table()
        )
    };
    let childless: String = children(file).into_iter().map(has_none).collect();
    let sql = format!(
        "DELETE FROM {CATALOG}.{table} AS stored USING {SCHEMA}.{table} AS differing
         WHERE stored.id = differing.id AND differing.is_gone AND {IS_UNCHANGED}{childless}"
    );
    client.execute(&sql, &[]).await
}

/// The rows that should have been changed and were not.
async fn kept(client: &Client, file: ExportFile) -> Result<Vec<i64>, Error> {
    let table = file.table();
    let sql = format!(
        "SELECT id FROM {SCHEMA}.{table} AS differing LEFT JOIN {CATALOG}.{table} AS stored USING (id)
         WHERE CASE WHEN differing.is_gone THEN stored.id IS NOT NULL
             ELSE stored.xmin IS DISTINCT FROM pg_current_xact_id()::xid END
         ORDER BY id"
    );
    let rows = client.query(&sql, &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
