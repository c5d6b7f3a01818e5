//! Moves encoded rows into a table by `COPY`. Knows nothing of files.

use std::pin::pin;

use bytes::Bytes;
use futures_util::SinkExt as _;
use tokio_postgres::{Client, Error};

use super::{
    copy_row::{COPY_HEADER, COPY_TRAILER},
    format::ExportFile,
};

/// Creates the table of `file` with `create_table` and fills it with the rows that `next` gives until it has no more.
///
/// The session's `search_path` is the schema in which the statement creates it.
///
/// Leaves a transaction open, for [`index`] to commit: creating and filling in one lets PostgreSQL
/// skip its log where it may. Dropping `client` instead leaves nothing.
///
/// # Errors
///
/// Database errors, and whatever `next` fails with.
pub async fn copy<E: From<Error>>(
    client: &Client,
    file: ExportFile,
    create_table: &str,
    mut next: impl AsyncFnMut() -> Result<Option<Bytes>, E>,
) -> Result<(), E> {
    client
        .batch_execute(&format!("BEGIN; {create_table}"))
        .await?;
    let columns: Vec<&str> = file.columns().iter().map(|column| column.target).collect();
    // FREEZE: the rows are as old as the table, so no vacuum has to say so later.
    let statement = format!(
        "COPY {} ({}) FROM STDIN (FORMAT binary, FREEZE)",
        file.table(),
        columns.join(", ")
    );
    let mut sink = pin!(client.copy_in::<_, Bytes>(&statement).await?);
    sink.send(Bytes::from_static(COPY_HEADER)).await?;
    while let Some(rows) = next().await? {
        sink.send(rows).await?;
    }
    sink.send(Bytes::from_static(COPY_TRAILER)).await?;
    sink.finish().await?;
    Ok(())
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
    client
        .batch_execute(&format!("ANALYZE {}; COMMIT", file.table()))
        .await
}
