//! Reads documents for the fetch workers, on pooled connections, within a time limit.

use std::time::{Duration, Instant};

use bb8::RunError;
use diesel::result::{DatabaseErrorKind, Error};

use crate::{
    config::PoolConfig,
    db::{
        bounded::{NoAnswer, bounded},
        connect::ConnectError,
        pool::{self, Pool},
    },
    document::store::{self, Fetched},
};

/// Reason why products could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No connection of the pool was free in time.
    #[error("no pooled connection available in time")]
    Busy,
    /// No connection could be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The statement was sent and not answered in time.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
}

impl FetchError {
    /// Returns whether the database failed, rather than the statement.
    pub fn is_away(&self) -> bool {
        match self {
            Self::Busy | Self::Connect(_) | Self::NoAnswer(_) => true,
            Self::Database(Error::DatabaseError(kind, _)) => matches!(
                kind,
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand
            ),
            Self::Database(_) => false,
        }
    }
}

/// Reads documents on connections of a pool.
pub struct DocumentReader {
    pool: Pool,
    statement_timeout: Duration,
    n_connections: usize,
}

impl DocumentReader {
    pub fn new(pool: Pool, config: &PoolConfig) -> Self {
        Self {
            pool,
            statement_timeout: config.statement_timeout,
            n_connections: config.fetch_connections.get(),
        }
    }

    /// Reads `ids`. Retries on another connection if one is broken, since reads are idempotent.
    ///
    /// After a restart of the database every idle connection of the pool fails once.
    ///
    /// # Errors
    ///
    /// The last error, when there is no time or connection left for another attempt.
    pub async fn read(&self, ids: &[i64]) -> Result<Fetched, FetchError> {
        let deadline = Instant::now() + self.statement_timeout;
        let mut attempts_left = self.n_connections;
        loop {
            match self.read_once(ids).await {
                Err(FetchError::Database(error))
                    if attempts_left > 0 && Instant::now() < deadline =>
                {
                    tracing::debug!(error = %error, "Trying another connection: {error}");
                    attempts_left -= 1;
                }
                result => return result,
            }
        }
    }

    async fn read_once(&self, ids: &[i64]) -> Result<Fetched, FetchError> {
        let mut connection = self.pool.get().await.map_err(|error| match error {
            RunError::TimedOut => FetchError::Busy,
            RunError::User(error) => error.into(),
        })?;
        let limit = pool::answer_timeout(self.statement_timeout);
        let fetched = bounded(limit, store::fetch(connection.begin(), ids)).await??;
        connection.succeeded();
        Ok(fetched)
    }
}
