//! The feed's own connection: every statement bounded, given up at the first failure.

use std::{future::Future, time::Duration};

use diesel::result::{Error, QueryResult};
use diesel_async::AsyncPgConnection;
use tokio::time::timeout;

use crate::{
    config::PoolConfig,
    db::pool::{self, ConnectError, SessionSettings},
    document::store::{self, Change, Head, Loaded, Published},
};

/// How long reading the whole index may take.
const LONG_TIMEOUT: Duration = Duration::from_secs(30);

/// Why the feed could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// No connection could be made.
    #[error("cannot connect: {0}")]
    Connect(#[from] ConnectError),
    /// A statement was not answered in time.
    #[error("no answer in time")]
    Silence,
    /// The database is there, but without our tables.
    #[error("the database has no schema named serving; run `atelierex migrate`")]
    NotMigrated,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
}

/// The connection, made when it is needed.
pub(super) struct Session {
    database_url: String,
    config: PoolConfig,
    connection: Option<AsyncPgConnection>,
}

impl Session {
    pub fn new(database_url: &str, config: &PoolConfig) -> Self {
        Self {
            database_url: database_url.to_owned(),
            config: config.clone(),
            connection: None,
        }
    }

    /// Reads where the feed is now.
    pub async fn head(&mut self) -> Result<Head, FeedError> {
        let limit = pool::answer_timeout(self.config.statement_timeout);
        let result = bounded(limit, store::head(self.connection().await?)).await;
        match self.keep_if_ok(result) {
            Err(FeedError::Database(error)) => Err(self.explain(error).await),
            result => result,
        }
    }

    /// Reads the catalogue as it was published.
    pub async fn published(&mut self) -> Result<Published, FeedError> {
        let result = bounded(LONG_TIMEOUT, store::published(self.connection().await?)).await;
        self.keep_if_ok(result)
    }

    /// Reads at most `limit` changes after `version`.
    pub async fn changes_after(
        &mut self,
        version: i64,
        limit: i64,
    ) -> Result<Vec<Change>, FeedError> {
        let changes = store::changes_after(self.connection().await?, version, limit);
        let result = bounded(LONG_TIMEOUT, changes).await;
        self.keep_if_ok(result)
    }

    /// Reads the documents of `ids`.
    pub async fn load(&mut self, ids: &[i64]) -> Result<Loaded, FeedError> {
        let result = bounded(LONG_TIMEOUT, store::load(self.connection().await?, ids)).await;
        self.keep_if_ok(result)
    }

    async fn connection(&mut self) -> Result<&mut AsyncPgConnection, FeedError> {
        let connection = if let Some(connection) = self.connection.take() {
            connection
        } else {
            let settings = SessionSettings {
                application_name: "atelierex feed",
                statement_timeout: LONG_TIMEOUT,
            };
            pool::connect(&self.database_url, &settings, self.config.connect_timeout).await?
        };
        Ok(self.connection.insert(connection))
    }

    fn keep_if_ok<T>(&mut self, result: Result<T, FeedError>) -> Result<T, FeedError> {
        if result.is_err() {
            self.connection = None;
        }
        result
    }

    /// Tells a database without our tables from one that fails otherwise.
    async fn explain(&mut self, error: Error) -> FeedError {
        let Ok(connection) = self.connection().await else {
            return error.into();
        };
        match bounded(LONG_TIMEOUT, store::is_migrated(connection)).await {
            Ok(false) => FeedError::NotMigrated,
            _ => error.into(),
        }
    }
}

async fn bounded<T>(
    limit: Duration,
    statement: impl Future<Output = QueryResult<T>>,
) -> Result<T, FeedError> {
    Ok(timeout(limit, statement)
        .await
        .map_err(|_elapsed| FeedError::Silence)??)
}
