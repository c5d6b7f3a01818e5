//! Why composing stopped, and whether a product is to blame.

use std::{future::Future, time::Duration};

use tokio::time::timeout;
use tokio_postgres::{Error, error::SqlState};

/// Why a batch, or all the work, stopped.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// A statement was not answered in time.
    #[error("no answer in time")]
    Silence,
    /// The database failed.
    #[error("{}", describe(.0))]
    Database(#[from] Error),
}

impl RefreshError {
    /// Whether to be careful now, because it may be about a product: one that never ends is only silent.
    #[must_use]
    pub fn may_be_of_a_product(&self) -> bool {
        match self {
            Self::Silence => true,
            Self::Database(error) => is_of_a_product(error),
        }
    }
}

/// Whether an error is about composing a product and not about the database or the connection.
pub(super) fn is_of_a_product(error: &Error) -> bool {
    let Some(code) = error.code() else {
        return false;
    };
    // Connection, transaction rollback, resources, object not ready, operator's intervention, system.
    let of_the_server = ["08", "40", "53", "55", "57", "58"];
    *code == SqlState::QUERY_CANCELED
        || !of_the_server
            .iter()
            .any(|class| code.code().starts_with(class))
}

/// The server's own words.
#[must_use]
pub fn describe(error: &Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), |cause| cause.message().to_owned())
}

/// Waits for an answer, but no longer than `limit`: a connection may have been cut without a word.
pub(super) async fn bounded<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, RefreshError> {
    Ok(timeout(limit, work)
        .await
        .map_err(|_elapsed| RefreshError::Silence)??)
}
