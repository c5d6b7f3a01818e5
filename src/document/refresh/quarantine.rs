//! Products that could not be composed: they keep their documents from before, and are tried again now and then.

use tokio_postgres::{Client, Error};

/// Puts a product into quarantine; each failure in a row doubles the time until it is tried again.
pub(super) async fn add(client: &Client, product_id: i64, error: &str) -> Result<(), Error> {
    let sql = "INSERT INTO serving.refresh_failure AS known (product_id, error, retry_at)
         VALUES ($1, $2, clock_timestamp() + interval '1 s')
         ON CONFLICT (product_id) DO UPDATE SET
             error = excluded.error,
             attempts = known.attempts + 1,
             failed_at = clock_timestamp(),
             retry_at = clock_timestamp() + least(2 ^ least(known.attempts, 10), 300) * interval '1 s'";
    client.execute(sql, &[&product_id, &error]).await?;
    Ok(())
}

/// Releases the products that could be composed now, as far as they are in it.
pub(super) async fn release(client: &Client, composed: &[i64]) -> Result<(), Error> {
    let sql = "DELETE FROM serving.refresh_failure WHERE product_id = ANY ($1)";
    client.execute(sql, &[&composed]).await?;
    Ok(())
}
