//! The right to change the catalog or the rights on it, which one session has at a time.

use tokio_postgres::{Client, error::SqlState};

use crate::db::{
    catalog_lock::{self, CatalogLockError, Claim},
    error::{DatabaseError, from_database_errors},
    report::is_without_tables,
};

/// Reason why the right could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LoadLockError {
    /// Another session is at work.
    #[error(transparent)]
    Lock(#[from] CatalogLockError),
    /// The tables do not exist.
    #[error("the database has no Atelierex schema; run `atelierex migrate` first")]
    NotMigrated,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

from_database_errors!(LoadLockError);

/// Begins a transaction that holds the right until its end.
///
/// # Errors
///
/// [`LoadLockError`]; the transaction has failed then.
pub async fn acquire(client: &Client) -> Result<(), LoadLockError> {
    client.batch_execute("BEGIN").await?;
    catalog_lock::claim(client, Claim::Transaction).await?;
    // A publication changes this row, and a program of the version before this one has only this lock.
    let row = "SET LOCAL lock_timeout = '300ms'; SELECT FROM serving.publication FOR UPDATE; SET LOCAL lock_timeout = 0";
    client.batch_execute(row).await.map_err(|error| {
        if is_without_tables(&error) {
            LoadLockError::NotMigrated
        } else if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) {
            CatalogLockError::Held { holder: None }.into()
        } else {
            error.into()
        }
    })
}
