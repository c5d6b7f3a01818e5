//! Session of the feed: one connection for one task. Every statement has a time limit; the first failure closes it.

use std::{future::pending, mem, pin::pin, time::Duration};

use diesel::result::{Error, QueryResult};
use diesel_async::AsyncPgConnection;
use futures_util::{FutureExt as _, StreamExt as _};
use tracing::debug;

use crate::{
    config::PoolConfig,
    db::{
        bounded::{NoAnswer, bounded},
        connect::ConnectError,
        pool::{self, SessionSettings},
    },
    document::store::{self, Change, Fetched, Head, Pending, Published},
};

/// Time limit for reading the head of the feed, unless the statement timeout is longer. A connection that was cut silently
/// delays the next attempt by this much.
const HEAD_TIMEOUT: Duration = Duration::from_millis(500);

/// Longest time to read the whole catalog.
const LONG_TIMEOUT: Duration = Duration::from_secs(30);

/// Reason why the database could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// No connection could be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A statement was not answered in time.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// The database has no Atelierex schema.
    #[error("the database has no schema named serving; run `atelierex migrate`")]
    NotMigrated,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
}

/// Connection of a task, opened when it is first needed.
pub struct Session {
    database_url: String,
    name: &'static str,
    config: PoolConfig,
    listens: bool,
    connection: Option<AsyncPgConnection>,
    history: Option<String>,
    has_new_history: bool,
}

impl Session {
    pub fn new(database_url: &str, name: &'static str, config: &PoolConfig, listens: bool) -> Self {
        Self {
            database_url: database_url.to_owned(),
            name,
            config: config.clone(),
            listens,
            connection: None,
            history: None,
            has_new_history: false,
        }
    }

    /// Returns whether the database is another one since the last call, after a failover or a restore.
    pub fn take_new_history(&mut self) -> bool {
        mem::take(&mut self.has_new_history)
    }

    /// Waits for a notification that documents were written; forever without a connection.
    pub async fn notified(&mut self) {
        let Some(connection) = &mut self.connection else {
            return pending().await;
        };
        let mut notices = pin!(connection.notifications_stream());
        // Waiting notifications count as one. So does the end of the connection: the next statement will report it.
        notices.next().await;
        while notices.next().now_or_never().flatten().is_some() {}
    }

    /// Reads the head of the feed.
    pub async fn head(&mut self) -> Result<Head, SessionError> {
        let limit = self.config.statement_timeout.max(HEAD_TIMEOUT);
        let result = bounded(limit, store::head(self.connection().await?)).await;
        match self.keep_if_ok(result) {
            Err(SessionError::Database(error)) => Err(self.explain(error).await),
            result => result,
        }
    }

    /// Reads the catalog of the publication.
    pub async fn published(&mut self) -> Result<Published, SessionError> {
        let result = bounded(LONG_TIMEOUT, store::published(self.connection().await?)).await;
        self.keep_if_ok(result)
    }

    /// Reads at most `limit` changes after `version`.
    pub async fn changes_after(
        &mut self,
        version: i64,
        limit: i64,
    ) -> Result<Vec<Change>, SessionError> {
        let changes = store::changes_after(self.connection().await?, version, limit);
        let result = bounded(LONG_TIMEOUT, changes).await;
        self.keep_if_ok(result)
    }

    /// Reads the documents of `ids`.
    pub async fn fetch(&mut self, ids: &[i64]) -> Result<Fetched, SessionError> {
        let result = bounded(LONG_TIMEOUT, store::fetch(self.connection().await?, ids)).await;
        self.keep_if_ok(result)
    }

    /// Reads which of the products `ids` have changes that their documents do not show yet.
    pub async fn pending(&mut self, ids: &[i64]) -> Result<Vec<i64>, SessionError> {
        let limit = pool::answer_timeout(self.config.statement_timeout);
        let result = bounded(limit, store::pending(self.connection().await?, ids)).await;
        self.keep_if_ok(result)
    }

    /// Reads whether changes from before `since`, by default from before now, are missing in the documents.
    pub async fn pending_since(&mut self, since: Option<String>) -> Result<Pending, SessionError> {
        let limit = pool::answer_timeout(self.config.statement_timeout);
        let statement = store::pending_since(self.connection().await?, since);
        let result = bounded(limit, statement).await;
        self.keep_if_ok(result)
    }

    async fn connection(&mut self) -> Result<&mut AsyncPgConnection, SessionError> {
        let connection = if let Some(connection) = self.connection.take() {
            connection
        } else {
            let settings = SessionSettings {
                application_name: self.name,
                statement_timeout: LONG_TIMEOUT,
                script: "",
            };
            let connect = pool::connect(&self.database_url, &settings, self.config.connect_timeout);
            self.prepare(connect.await?).await?
        };
        Ok(self.connection.insert(connection))
    }

    /// Reads the identity of the database and subscribes to notifications.
    async fn prepare(
        &mut self,
        mut connection: AsyncPgConnection,
    ) -> Result<AsyncPgConnection, SessionError> {
        let limit = pool::answer_timeout(self.config.statement_timeout);
        let history = bounded(limit, store::history(&mut connection)).await??;
        if let Some(history) = history {
            let known = self.history.replace(history.clone());
            self.has_new_history |= known.is_some_and(|known| known != history);
        }
        if self.listens {
            // A standby rejects LISTEN. Then polls are not triggered by notifications.
            let listening = bounded(limit, store::listen(&mut connection)).await;
            let listening = listening
                .map_err(SessionError::from)
                .and_then(|done| Ok(done?));
            if let Err(error) = listening {
                debug!(%error, "LISTEN is unavailable, polling instead");
            }
        }
        Ok(connection)
    }

    fn keep_if_ok<T>(
        &mut self,
        result: Result<QueryResult<T>, NoAnswer>,
    ) -> Result<T, SessionError> {
        if !matches!(result, Ok(Ok(_))) {
            self.connection = None;
        }
        Ok(result??)
    }

    /// Distinguishes a database without our tables from other failures.
    async fn explain(&mut self, error: Error) -> SessionError {
        let Ok(connection) = self.connection().await else {
            return error.into();
        };
        match bounded(LONG_TIMEOUT, store::is_migrated(connection)).await {
            Ok(Ok(false)) => SessionError::NotMigrated,
            _ => error.into(),
        }
    }
}
