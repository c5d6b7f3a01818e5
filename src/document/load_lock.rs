//! The right to replace the tables, which one session has at a time.
//!
//! The lock is a row lock held until the transaction ends: when the process dies, so does its claim.

use tokio_postgres::{Client, error::SqlState};

use crate::db::{error::DatabaseError, report::is_without_tables};

/// Reason why the right could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LoadLockError {
    /// Another load holds it.
    #[error("another load is running on this database; wait until it has ended, or stop it")]
    Held,
    /// The tables do not exist.
    #[error("the database has no Atelierex schema; run `atelierex migrate` first")]
    NotMigrated,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Begins a transaction that holds the right until its end.
///
/// # Errors
///
/// [`LoadLockError`]; the transaction has failed then.
pub async fn acquire(client: &Client) -> Result<(), LoadLockError> {
    let script =
        "BEGIN; SET LOCAL lock_timeout = '300ms'; SELECT FROM serving.publication FOR UPDATE";
    client.batch_execute(script).await.map_err(|error| {
        if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) {
            LoadLockError::Held
        } else if is_without_tables(&error) {
            LoadLockError::NotMigrated
        } else {
            LoadLockError::Database(error.into())
        }
    })
}
