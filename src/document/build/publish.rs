//! Publishes the staged documents of a whole catalog: afterwards every reader sees them, before nobody does.

use std::time::{Duration, Instant};

use tokio_postgres::{Client, Error, error::SqlState};
use tracing::info;

use super::staging;
use crate::{
    db::error::{DatabaseError, from_database_errors},
    merge::private_schema::SCHEMA,
};

/// Longest wait of one attempt for the locks: as long as it waits, new requests wait behind it.
const LOCK_TIMEOUT: &str = "40ms";

/// Pause between two attempts.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// Reason why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Somebody kept a table locked all the time.
    #[error("the tables of documents stayed locked by another session for {:.1} s", .0.as_secs_f64())]
    Locked(Duration),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

from_database_errors!(PublishError);

/// Moves the staged tables into place and commits the transaction that holds the locks of the load and of the refresher.
///
/// Requests wait while the tables change places (milliseconds), and never longer than one attempt
/// at the locks: if readers hold them, the attempt is given up and made again.
///
/// # Errors
///
/// [`PublishError::Locked`] when the locks could not be had within `lock_timeout`; the documents from before are served then.
pub async fn publish(
    client: &Client,
    version: i64,
    lock_timeout: Duration,
) -> Result<(), PublishError> {
    announce(client, version).await?;
    let began = Instant::now();
    while !try_exchange(client).await? {
        if began.elapsed() > lock_timeout {
            return Err(PublishError::Locked(began.elapsed()));
        }
        info!("The tables are in use, trying again to publish");
        tokio::time::sleep(RETRY_PAUSE).await;
    }
    client.batch_execute("COMMIT").await?;
    Ok(())
}

/// Writes the new epoch and the ids it has; visible with the commit.
async fn announce(client: &Client, version: i64) -> Result<(), Error> {
    client
        .batch_execute(&format!(
            "UPDATE serving.publication
             SET epoch = gen_random_uuid(), first_version = {version}, last_version = {version}, published_at = clock_timestamp();
             DELETE FROM serving.published_product;
             INSERT INTO serving.published_product (block, category, offsets)
             SELECT product_id >> 16, listing ->> 'category', string_agg(int2send(((product_id & 65535) - 32768)::smallint), '')
             FROM {SCHEMA}.product_document GROUP BY 1, 2"
        ))
        .await
}

/// Tries once to lock and exchange the tables; false if another session holds a lock.
async fn try_exchange(client: &Client) -> Result<bool, Error> {
    // The table that requests read comes last, so that they wait for as little as possible.
    let tables: Vec<String> = staging::TABLES
        .iter()
        .map(|(schema, table)| format!("{schema}.{table}"))
        .collect();
    let script = format!(
        "SAVEPOINT exchange;
         SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'; LOCK TABLE {} IN ACCESS EXCLUSIVE MODE;
         {}",
        tables.join(", "),
        staging::exchange()
    );
    match client.batch_execute(&script).await {
        Ok(()) => Ok(true),
        Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
            client
                .batch_execute("ROLLBACK TO SAVEPOINT exchange")
                .await?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
