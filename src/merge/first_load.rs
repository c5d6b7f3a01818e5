//! Fills empty tables, in one transaction: after a crash they are empty again.
//!
//! Objects of our own that would be maintained row by row are suspended first and restored at the end of the same
//! transaction: the triggers that capture inserted rows, the foreign keys between the six tables, and the indexes that nothing
//! depends on. The keys are checked and the indexes are built again over all rows. The six tables are locked
//! meanwhile; they are empty, so nobody has a row to read or to change.

use std::pin::pin;

use bytes::Bytes;
use futures_util::SinkExt as _;
use tokio_postgres::{Client, Error};

use super::{apply::LOCK_TIMEOUT, private_schema::CATALOG};
use crate::load::{
    copy_row::{COPY_HEADER, COPY_TRAILER},
    format::ExportFile,
};

/// Settings of the session that fills the tables.
pub const SETTINGS: [(&str, &str); 3] = [
    ("statement_timeout", "0"),
    ("maintenance_work_mem", "256MB"),
    ("work_mem", "64MB"),
];

/// A transaction that fills empty tables. Dropping the session undoes it.
pub struct FirstLoad<'a> {
    client: &'a Client,
    restore: Vec<String>,
}

/// Tells whether all tables of the catalog are empty.
///
/// # Errors
///
/// Database errors.
pub async fn is_empty(client: &Client) -> Result<bool, Error> {
    let row = |file: ExportFile| format!("EXISTS (SELECT FROM {CATALOG}.{})", file.table());
    let sql = format!("SELECT NOT ({})", ExportFile::ALL.map(row).join(" OR "));
    Ok(client.query_one(&sql, &[]).await?.get(0))
}

impl<'a> FirstLoad<'a> {
    /// Locks the tables and suspends what slows down filling them. Returns none if they are not empty any more.
    ///
    /// # Errors
    ///
    /// Database errors: among them, a lock that could not be had in time. The transaction has failed then.
    pub async fn begin(client: &'a Client) -> Result<Option<Self>, Error> {
        let tables: Vec<_> = ExportFile::ALL
            .map(|file| format!("{CATALOG}.{}", file.table()))
            .to_vec();
        client
            .batch_execute(&format!(
                "BEGIN; SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'; LOCK TABLE {} IN ACCESS EXCLUSIVE MODE",
                tables.join(", ")
            ))
            .await?;
        if !is_empty(client).await? {
            client.batch_execute("ROLLBACK").await?;
            return Ok(None);
        }
        let tables: Vec<&str> = ExportFile::ALL.map(ExportFile::table).to_vec();
        let rows = client
            .query(include_str!("suspended.sql"), &[&tables])
            .await?;
        let statements =
            |column: usize| -> Vec<String> { rows.iter().map(|row| row.get(column)).collect() };
        client.batch_execute(&statements(0).join(";")).await?;
        Ok(Some(Self {
            client,
            restore: statements(1),
        }))
    }

    /// Fills the table of `file` with the rows that `next` returns, encoded.
    ///
    /// # Errors
    ///
    /// Database errors, and whatever `next` fails with.
    pub async fn copy<E: From<Error>>(
        &self,
        file: ExportFile,
        mut next: impl AsyncFnMut() -> Result<Option<Bytes>, E>,
    ) -> Result<(), E> {
        let columns: Vec<&str> = file.columns().iter().map(|column| column.target).collect();
        let statement = format!(
            "COPY {CATALOG}.{} ({}) FROM STDIN (FORMAT binary)",
            file.table(),
            columns.join(", ")
        );
        let mut sink = pin!(self.client.copy_in::<_, Bytes>(&statement).await?);
        sink.send(Bytes::from_static(COPY_HEADER)).await?;
        while let Some(rows) = next().await? {
            sink.send(rows).await?;
        }
        sink.send(Bytes::from_static(COPY_TRAILER)).await?;
        sink.finish().await?;
        Ok(())
    }

    /// Restores what was suspended, one statement after the other; `done` is called after each with the number of those left.
    ///
    /// # Errors
    ///
    /// Database errors: among them, a trigger of the shop that has changed rows so that a foreign key does not hold.
    pub async fn restore(&self, done: impl Fn(usize)) -> Result<(), Error> {
        // Indexes first: the checks of the keys read them.
        for (place, statement) in self.restore.iter().rev().enumerate() {
            self.client.batch_execute(statement).await?;
            done(self.restore.len() - place - 1);
        }
        Ok(())
    }

    /// Number of statements that [`FirstLoad::restore`] runs.
    #[must_use]
    pub fn n_suspended(&self) -> u64 {
        self.restore.len() as u64
    }

    /// Makes the rows visible.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn commit(self) -> Result<(), Error> {
        self.client.batch_execute("COMMIT").await
    }
}
