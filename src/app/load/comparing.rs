//! Compares all files with the tables, several at once, at one moment of the database.

use futures_util::future::try_join_all;
use tokio::sync::Semaphore;

use super::{
    error::LoadError,
    reading::{FileRead, Reading},
};
use crate::{
    db::parallel,
    load::format::ExportFile,
    merge::{
        compare::compare,
        differences::{Differences, RowCounts},
        snapshot::Snapshot,
        sorted_rows,
        table_rows::TableRows,
    },
};

/// Outcome of comparing one file with its table.
pub struct Compared {
    /// The file.
    pub read: FileRead,
    /// Rows that differ.
    pub differing: RowCounts,
}

/// Compares the files, `sessions` at once, in the order of [`ExportFile::ALL`].
///
/// # Errors
///
/// The first failure of a file; the others are given up then.
pub async fn compare_all(
    database_url: &str,
    sessions: usize,
    snapshot: &Snapshot,
    reading: &Reading<'_>,
) -> Result<Vec<Compared>, LoadError> {
    let comparing = Comparing {
        database_url,
        snapshot,
        reading,
        permits: Semaphore::new(sessions.max(1)),
    };
    try_join_all(ExportFile::ALL.map(|file| comparing.file(file))).await
}

struct Comparing<'a> {
    database_url: &'a str,
    snapshot: &'a Snapshot,
    reading: &'a Reading<'a>,
    /// Bounds the sessions. Files ask in their order, so that none waits with a permit for one without.
    permits: Semaphore,
}

impl Comparing<'_> {
    async fn file(&self, file: ExportFile) -> Result<Compared, LoadError> {
        let _permit = self.permits.acquire().await.expect("it is never closed");
        let is_ascending = self.reading.is_ascending(file).await?;
        let mut rows = self.reading.begin(file).await?;
        let session = || parallel::bulk_session(self.database_url, "pg_catalog");
        let (table, target) = (session().await?, session().await?);
        self.snapshot.read(&table).await?;
        let stored = TableRows::of_catalog(&table, file).await?;
        let differences = Differences::begin(&target, file).await?;
        let differing = if is_ascending {
            compare(async || rows.next_row().await, stored, differences).await?
        } else {
            let scratch = session().await?;
            let next = async || rows.next_chunk().await;
            let mut sorted = sorted_rows::sort(&scratch, file, next).await?;
            let next = async || Ok::<_, LoadError>(sorted.next().await?.map(|row| row.tuple));
            compare(next, stored, differences).await?
        };
        Ok(Compared {
            read: rows.finish().await?,
            differing,
        })
    }
}
