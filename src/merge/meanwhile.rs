//! Finds the rows that others have changed since the tables were compared, and which therefore are not the export's.

use std::collections::BTreeSet;

use tokio_postgres::{Client, Error, Row};

use super::{private_schema::CATALOG, snapshot::Snapshot};
use crate::load::{format::ExportFile, validate::id_set::IdSet};

/// The state of one table after the merge.
pub struct Meanwhile<'a> {
    /// A session that sees what is committed now.
    pub client: &'a Client,
    /// The moment of the comparison.
    pub snapshot: &'a Snapshot,
    /// The merge's own transaction, as rows show it in `xmin`; none if it changed nothing.
    pub own: Option<&'a str>,
}

impl Meanwhile<'_> {
    /// Returns the ids of the rows of `file` that others have inserted, updated or deleted, ascending. `export` has the ids of
    /// the export's rows, and `kept` those that the merge left alone.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn changed(
        &self,
        file: ExportFile,
        export: &IdSet,
        kept: &[i64],
    ) -> Result<BTreeSet<i64>, Error> {
        let table = file.table();
        // One scan. A row's age is that of the transaction that wrote it; a negative one is from before a wraparound.
        let sql = format!(
            "SELECT count(*), array_agg(id) FILTER (WHERE is_newer), array_agg(xmin::text) FILTER (WHERE is_newer)
             FROM (
                 SELECT id, xmin, age(xmin) BETWEEN 0 AND age($1::text::xid)
                     AND xmin IS DISTINCT FROM $2::text::xid AS is_newer
                 FROM {CATALOG}.{table}
             ) AS aged"
        );
        let row = self
            .client
            .query_one(&sql, &[&self.snapshot.oldest(), &self.own])
            .await?;
        let present: u64 = row.get::<_, i64>(0).unsigned_abs();
        let mut changed = self.not_seen(table, &row).await?;
        changed.extend(kept);
        let surplus = changed.iter().filter(|id| !export.contains(**id)).count();
        if present != export.len() + surplus as u64 {
            changed.extend(self.deleted(table, export).await?);
        }
        Ok(changed)
    }

    /// Of the rows that may be newer than the snapshot, those that it does not have.
    async fn not_seen(&self, table: &str, row: &Row) -> Result<BTreeSet<i64>, Error> {
        let ids: Vec<i64> = row.get::<_, Option<_>>(1).unwrap_or_default();
        let written_by: Vec<String> = row.get::<_, Option<_>>(2).unwrap_or_default();
        if ids.is_empty() {
            return Ok(BTreeSet::new());
        }
        let sql = format!(
            "SELECT id FROM unnest($1::bigint[], $2::text[]) AS newer (id, xmin)
             WHERE NOT EXISTS (
                 SELECT FROM {CATALOG}.{table} AS seen WHERE seen.id = newer.id AND seen.xmin = newer.xmin::xid
             )"
        );
        let rows = self
            .snapshot
            .client()
            .query(&sql, &[&ids, &written_by])
            .await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// The export's rows that the table lacks.
    async fn deleted(&self, table: &str, export: &IdSet) -> Result<Vec<i64>, Error> {
        use futures_util::TryStreamExt as _;
        let sql = format!("SELECT id FROM {CATALOG}.{table}");
        let no_parameters: [i64; 0] = [];
        let rows = self.client.query_raw(&sql, no_parameters).await?;
        let mut present = std::pin::pin!(rows);
        let mut missing = export.clone();
        while let Some(row) = present.try_next().await? {
            missing.remove(row.get(0));
        }
        Ok(missing.iter().collect())
    }
}
