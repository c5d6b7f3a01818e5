//! Puts the rows of a file that is in no order into the order of their ids: by way of a table.

use std::pin::pin;

use bytes::Bytes;
use futures_util::SinkExt as _;
use tokio_postgres::{Client, Error};

use super::{private_schema::create_unsorted, table_rows::TableRows};
use crate::load::{
    copy_row::{COPY_HEADER, COPY_TRAILER},
    format::ExportFile,
};

/// Stores the rows of `file`, which `next` returns encoded, and reads them back in the order of their ids.
///
/// Leaves a transaction open, which the end of `client` undoes.
///
/// # Errors
///
/// Database errors, and whatever `next` fails with.
pub async fn sort<E: From<Error>>(
    client: &Client,
    file: ExportFile,
    mut next: impl AsyncFnMut() -> Result<Option<Bytes>, E>,
) -> Result<TableRows, E> {
    let (create, table) = create_unsorted(file);
    client.batch_execute(&format!("BEGIN; {create}")).await?;
    let columns: Vec<_> = file.columns().iter().map(|of| of.target).collect();
    let copy = format!(
        "COPY {table} ({}) FROM STDIN (FORMAT binary, FREEZE)",
        columns.join(", ")
    );
    let mut sink = pin!(client.copy_in::<_, Bytes>(&copy).await?);
    sink.send(Bytes::from_static(COPY_HEADER)).await?;
    while let Some(rows) = next().await? {
        sink.send(rows).await?;
    }
    sink.send(Bytes::from_static(COPY_TRAILER)).await?;
    sink.finish().await?;
    Ok(TableRows::of_private(client, file, &table).await?)
}
