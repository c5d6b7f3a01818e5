//! Rows that the database sends, in the order of their ids, as it encodes them.

use std::pin::Pin;

use bytes::Buf as _;
use futures_util::TryStreamExt as _;
use tokio_postgres::{Client, CopyOutStream, Error};

use super::private_schema::{CATALOG, sql_type};
use crate::load::{
    copy_row::{COPY_HEADER, Tuple},
    format::{Column, ExportFile},
};

/// Bytes of the last field, `xmin`, with its length.
const XMIN_BYTES: usize = 8;

/// A row of a table.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// Its columns.
    pub tuple: Tuple,
    /// The transaction that wrote it.
    pub xmin: u32,
}

/// A stream of rows, ascending by id.
pub struct TableRows {
    stream: Pin<Box<CopyOutStream>>,
    is_first: bool,
}

impl TableRows {
    /// Reads the rows of the catalog's table for `file`.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn of_catalog(client: &Client, file: ExportFile) -> Result<Self, Error> {
        let table = format!("{CATALOG}.{}", file.table());
        Self::open(client, file, &table, "xmin").await
    }

    /// Reads the rows of a private table, of which all belong to this load.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn of_private(client: &Client, file: ExportFile, table: &str) -> Result<Self, Error> {
        Self::open(client, file, table, "'0'::xid").await
    }

    async fn open(
        client: &Client,
        file: ExportFile,
        table: &str,
        xmin: &str,
    ) -> Result<Self, Error> {
        // The casts cost nothing, unless the shop has given a column another type.
        let column = |column: &Column| format!("{}::{}", column.target, sql_type(column.kind));
        let columns: Vec<_> = file.columns().iter().map(column).collect();
        let columns = columns.join(", ");
        let sql = format!(
            "COPY (SELECT {columns}, {xmin} FROM {table} ORDER BY {table}.id) TO STDOUT (FORMAT binary)"
        );
        Ok(Self {
            stream: Box::pin(client.copy_out(&sql).await?),
            is_first: true,
        })
    }

    /// Returns the next row; `None` after the last.
    ///
    /// # Errors
    ///
    /// Database errors.
    ///
    /// # Panics
    ///
    /// If the server sends something else than rows of these columns.
    pub async fn next(&mut self) -> Result<Option<TableRow>, Error> {
        let Some(mut message) = self.stream.try_next().await? else {
            return Ok(None);
        };
        if std::mem::take(&mut self.is_first) {
            message.advance(COPY_HEADER.len());
        }
        if message.len() <= 2 {
            return Ok(None);
        }
        let n_fields = message.get_i16();
        let end = message.len() - XMIN_BYTES;
        let mut xmin = message.split_off(end);
        xmin.advance(4);
        Ok(Some(TableRow {
            tuple: Tuple::of_fields(n_fields - 1, message),
            xmin: xmin.get_u32(),
        }))
    }
}
