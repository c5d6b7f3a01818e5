//! Quarantine of products that could not be composed. They keep their last documents and are retried now and then.

use tokio_postgres::{Client, Error};

/// Quarantines a product. Each further failure doubles the time until the next attempt.
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

/// Releases those of the products that are in quarantine.
pub(super) async fn release(client: &Client, composed: &[i64]) -> Result<(), Error> {
    let sql = "DELETE FROM serving.refresh_failure WHERE product_id = ANY ($1)";
    client.execute(sql, &[&composed]).await?;
    Ok(())
}
