//! Time limits for answers of the database.

use std::time::Duration;

use tokio::time::timeout;

/// A statement was sent and not answered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer within {0:?}")]
pub struct NoAnswer(Duration);

/// Waits for `work` for at most `limit`. A connection may have been cut silently.
///
/// # Errors
///
/// [`NoAnswer`] after `limit`.
pub async fn bounded<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, NoAnswer> {
    timeout(limit, work)
        .await
        .map_err(|_elapsed| NoAnswer(limit))
}
