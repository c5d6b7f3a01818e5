//! The products whose documents the rows that differ are part of.

use tokio_postgres::{Client, Error};

/// Returns the number of products that have a row that differs: before or after it is changed.
///
/// # Errors
///
/// Database errors.
pub async fn count(client: &Client) -> Result<u64, Error> {
    let row = client.query_one(include_str!("affected.sql"), &[]).await?;
    Ok(row.get::<_, i64>(0).unsigned_abs())
}
