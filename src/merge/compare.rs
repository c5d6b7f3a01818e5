//! Compares the rows of an export with those of a table, both in the order of their ids.

use std::cmp::Ordering;

use tokio_postgres::Error;

use super::{
    differences::{Differences, RowCounts},
    table_rows::TableRows,
};
use crate::load::copy_row::Tuple;

/// Writes what differs between the export's rows, which `next` returns, and the rows of the table.
///
/// # Errors
///
/// Database errors, and whatever `next` fails with.
pub async fn compare<E: From<Error>>(
    mut next: impl AsyncFnMut() -> Result<Option<Tuple>, E>,
    mut table: TableRows,
    mut differences: Differences<'_>,
) -> Result<RowCounts, E> {
    let (mut row, mut stored) = (next().await?, table.next().await?);
    loop {
        let order = match (&row, &stored) {
            (None, None) => return Ok(differences.finish().await?),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(row), Some(stored)) => row.id().cmp(&stored.tuple.id()),
        };
        match (&row, &stored) {
            (Some(row), Some(stored)) if order.is_eq() => {
                if *row != stored.tuple {
                    differences.update(row, stored.xmin).await?;
                }
            }
            (Some(row), _) if order.is_lt() => differences.insert(row).await?,
            (_, Some(stored)) => differences.delete(&stored.tuple, stored.xmin).await?,
            _ => unreachable!("one of the rows decided about the order"),
        }
        if order.is_le() {
            row = next().await?;
        }
        if order.is_ge() {
            stored = table.next().await?;
        }
    }
}
