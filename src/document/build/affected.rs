//! The products whose documents a load has to compose.

use tokio_postgres::{Client, Error};

/// Products that wait for being composed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Affected {
    /// These, ascending.
    Products(Vec<i64>),
    /// Most of the catalog.
    Most,
}

/// Locks out the refreshers of all servers until the transaction ends: what the load changes becomes visible at once.
///
/// # Errors
///
/// Database errors: among them, a lock that could not be had in time.
pub async fn lock_refresher(client: &Client) -> Result<(), Error> {
    let script = "SET LOCAL lock_timeout = '30s'; SELECT FROM serving.refresher FOR UPDATE; SET LOCAL lock_timeout = 0";
    client.batch_execute(script).await
}

/// Takes everything from the queues, and returns the products that it stands for. The lock of the refresher must be held:
/// until the transaction has committed, nobody else composes these products.
///
/// # Errors
///
/// Database errors.
pub async fn take(client: &Client) -> Result<Affected, Error> {
    let backfills = "DELETE FROM serving.bulk_change WHERE from_product_id IS NOT NULL";
    let has_backfill = client.execute(backfills, &[]).await? > 0;
    let rows = client.query(include_str!("take_all.sql"), &[]).await?;
    let numbers = "SELECT (SELECT count(*) FROM catalog.product), (SELECT count(*) FROM serving.product_document WHERE NOT deleted)";
    let row = client.query_one(numbers, &[]).await?;
    let (products, documents): (i64, i64) = (row.get(0), row.get(1));
    let is_uncomposed = documents == 0 && products > 0;
    let is_most = rows.len() as u64 * 2 > products.max(documents).unsigned_abs();
    Ok(if has_backfill || is_uncomposed || is_most {
        Affected::Most
    } else {
        Affected::Products(rows.iter().map(|row| row.get(0)).collect())
    })
}

/// Tells whether there are rows without any documents: an earlier load filled the tables and was stopped.
///
/// # Errors
///
/// Database errors.
pub async fn is_uncomposed(client: &Client) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT FROM catalog.product)
               AND NOT EXISTS (SELECT FROM serving.product_document WHERE NOT deleted)";
    Ok(client.query_one(sql, &[]).await?.get(0))
}

/// Returns all products that there are or were, ascending.
///
/// # Errors
///
/// Database errors.
pub async fn all(client: &Client) -> Result<Vec<i64>, Error> {
    let sql = "SELECT id FROM catalog.product UNION SELECT product_id FROM serving.product_document WHERE NOT deleted ORDER BY 1";
    let rows = client.query(sql, &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
