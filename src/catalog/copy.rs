//! Moves encoded rows into a staged table by `COPY`. Knows nothing of files.

use std::pin::pin;

use bytes::Bytes;
use futures_util::SinkExt as _;
use tokio::sync::mpsc;
use tokio_postgres::{Client, Error};

use super::format::ExportFile;
use crate::db::staging;

/// How a binary `COPY` begins: signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// How a binary `COPY` ends: a row with -1 columns.
const TRAILER: &[u8] = &[0xff, 0xff];

/// Creates the staged table of `file`, fills it with the rows of `chunks` and builds its indexes,
/// all in one transaction, which lets PostgreSQL skip the log where it may.
///
/// Returns the number of rows. If the sender goes away before [`mpsc::Receiver::recv`] is done with
/// an error of its own, the caller must not commit: it drops this future or the session.
///
/// # Errors
///
/// Database errors.
pub async fn copy(client: &Client, file: ExportFile, chunks: &mut mpsc::Receiver<Bytes>) -> Result<u64, Error> {
    client.batch_execute(&format!("BEGIN; {}", staging::create_table(file.table()))).await?;
    let columns: Vec<&str> = file.columns().iter().map(|column| column.target).collect();
    // FREEZE: the rows are as old as the table, so no vacuum has to say so later.
    let statement = format!(
        "COPY {}.{} ({}) FROM STDIN (FORMAT binary, FREEZE)",
        staging::STAGING,
        file.table(),
        columns.join(", ")
    );
    let mut sink = pin!(client.copy_in::<_, Bytes>(&statement).await?);
    sink.feed(Bytes::from_static(HEADER)).await?;
    while let Some(chunk) = chunks.recv().await {
        sink.feed(chunk).await?;
    }
    sink.feed(Bytes::from_static(TRAILER)).await?;
    sink.finish().await
}

/// Runs `statements` on the table filled by [`copy`], gathers its statistics and commits.
///
/// # Errors
///
/// Database errors.
pub async fn index(client: &Client, file: ExportFile, statements: &[String]) -> Result<(), Error> {
    for statement in statements {
        client.batch_execute(statement).await?;
    }
    client.batch_execute(&format!("ANALYZE {}.{}; COMMIT", staging::STAGING, file.table())).await
}
