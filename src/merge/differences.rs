//! Writes the rows that differ to the private schema.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::SinkExt as _;
use tokio_postgres::{Client, CopyInSink, Error};

use super::private_schema::{SCHEMA, create_differences};
use crate::load::{
    copy_row::{COPY_HEADER, COPY_TRAILER, NULL, Tuple},
    format::ExportFile,
};

/// Bytes that are collected before they are sent.
const BUFFER_BYTES: usize = 256 * 1024;

/// Number of rows of a table that differ from the export, by what has to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// Rows that the table lacks.
    pub inserted: u64,
    /// Rows with other values.
    pub updated: u64,
    /// Rows that the export lacks.
    pub deleted: u64,
}

impl RowCounts {
    /// Number of rows that differ.
    #[must_use]
    pub fn total(self) -> u64 {
        self.inserted + self.updated + self.deleted
    }
}

/// Takes the rows of one file that differ.
pub struct Differences<'a> {
    client: &'a Client,
    file: ExportFile,
    sink: Pin<Box<CopyInSink<Bytes>>>,
    buffer: Vec<u8>,
    counts: RowCounts,
}

impl<'a> Differences<'a> {
    /// Creates the table for `file` and begins to fill it.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn begin(client: &'a Client, file: ExportFile) -> Result<Self, Error> {
        let create = create_differences(file);
        client.batch_execute(&format!("BEGIN; {create}")).await?;
        let copy = format!(
            "COPY {SCHEMA}.{} FROM STDIN (FORMAT binary, FREEZE)",
            file.table()
        );
        Ok(Self {
            client,
            file,
            sink: Box::pin(client.copy_in(&copy).await?),
            buffer: COPY_HEADER.to_vec(),
            counts: RowCounts::default(),
        })
    }

    /// Takes a row that the table lacks.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn insert(&mut self, row: &Tuple) -> Result<(), Error> {
        self.counts.inserted += 1;
        self.put_fields(row);
        self.put_end(None, false).await
    }

    /// Takes a row that the table has with other values, written by the transaction `seen`.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn update(&mut self, row: &Tuple, seen: u32) -> Result<(), Error> {
        self.counts.updated += 1;
        self.put_fields(row);
        self.put_end(Some(seen), false).await
    }

    /// Takes a row that only the table has, written by the transaction `seen`.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn delete(&mut self, row: &Tuple, seen: u32) -> Result<(), Error> {
        self.counts.deleted += 1;
        self.put_n_fields();
        self.buffer.extend_from_slice(&8_i32.to_be_bytes());
        self.buffer.extend_from_slice(&row.id().to_be_bytes());
        for _ in 1..self.file.columns().len() {
            self.buffer.extend_from_slice(&NULL.to_be_bytes());
        }
        self.put_end(Some(seen), true).await
    }

    /// Ends the table, and returns the number of its rows.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn finish(mut self) -> Result<RowCounts, Error> {
        self.buffer.extend_from_slice(COPY_TRAILER);
        self.send().await?;
        self.sink.as_mut().finish().await?;
        let table = self.file.table();
        self.client
            .batch_execute(&format!(
                "CREATE INDEX ON {SCHEMA}.{table} (id); ANALYZE {SCHEMA}.{table}; COMMIT"
            ))
            .await?;
        Ok(self.counts)
    }

    fn put_n_fields(&mut self) {
        let n_fields = self.file.columns().len() + 2;
        let n_fields = i16::try_from(n_fields).expect("a table has a handful of columns");
        self.buffer.extend_from_slice(&n_fields.to_be_bytes());
    }

    fn put_fields(&mut self, row: &Tuple) {
        self.put_n_fields();
        self.buffer.extend_from_slice(row.fields());
    }

    async fn put_end(&mut self, seen: Option<u32>, is_gone: bool) -> Result<(), Error> {
        match seen {
            Some(seen) => {
                self.buffer.extend_from_slice(&4_i32.to_be_bytes());
                self.buffer.extend_from_slice(&seen.to_be_bytes());
            }
            None => self.buffer.extend_from_slice(&NULL.to_be_bytes()),
        }
        self.buffer.extend_from_slice(&1_i32.to_be_bytes());
        self.buffer.push(u8::from(is_gone));
        if self.buffer.len() < BUFFER_BYTES {
            return Ok(());
        }
        self.send().await
    }

    async fn send(&mut self) -> Result<(), Error> {
        let rows = Bytes::from(std::mem::take(&mut self.buffer));
        self.sink.send(rows).await
    }
}
