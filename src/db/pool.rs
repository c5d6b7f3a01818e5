//! Connections of the request path: few, with a limit on every wait, and closed when in doubt.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bb8::{ErrorSink, ManageConnection};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use tracing::warn;

use super::connect::{self, ConnectError};
use crate::{config::PoolConfig, telemetry::throttled_log::ThrottledLog};

/// Time that the client waits for an answer beyond the statement timeout of the server.
const ANSWER_MARGIN: Duration = Duration::from_millis(250);

/// Pool of connections.
pub type Pool = bb8::Pool<Manager>;

/// Settings of a session that reads.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// Name in `pg_stat_activity`.
    pub application_name: &'static str,
    /// Longest time of a statement.
    pub statement_timeout: Duration,
    /// Further settings, as a script.
    pub script: &'static str,
}

/// Opens a read-only session within `limit`.
///
/// # Errors
///
/// [`ConnectError`]; for example, a setting that the server rejects.
pub async fn connect(
    database_url: &str,
    settings: &SessionSettings,
    limit: Duration,
) -> Result<AsyncPgConnection, ConnectError> {
    connect::open(
        database_url,
        settings.application_name,
        limit,
        async |client, driver| {
            let mut conn =
                AsyncPgConnection::try_from_client_and_connection(client, driver).await?;
            // A generic plan: planning for each number of ids would cost more than it could gain.
            let script = format!(
                "SET statement_timeout = {};
                 SET default_transaction_read_only = on;
                 SET plan_cache_mode = force_generic_plan;
                 SET jit = off;
                 {}",
                settings.statement_timeout.as_millis(),
                settings.script
            );
            conn.batch_execute(&script).await?;
            Ok(conn)
        },
    )
    .await
}

/// Pooled connection that is closed instead of reused unless its last use succeeded.
///
/// A use that fails, takes too long or is dropped half-way leaves a connection whose next answer may belong to an
/// earlier statement.
pub struct Connection {
    conn: AsyncPgConnection,
    is_clean: bool,
}

impl Connection {
    /// Begins a use. Unless [`Self::succeeded`] follows, the connection will be closed.
    pub fn begin(&mut self) -> &mut AsyncPgConnection {
        self.is_clean = false;
        &mut self.conn
    }

    /// Ends a use whose answer was read completely.
    pub fn succeeded(&mut self) {
        self.is_clean = true;
    }
}

/// Opens the pool's connections.
pub struct Manager {
    database_url: String,
    settings: SessionSettings,
    connect_timeout: Duration,
}

impl ManageConnection for Manager {
    type Connection = Connection;
    type Error = ConnectError;

    async fn connect(&self) -> Result<Connection, ConnectError> {
        let conn = connect(&self.database_url, &self.settings, self.connect_timeout).await?;
        Ok(Connection {
            conn,
            is_clean: true,
        })
    }

    /// Never called: a check before each statement would double the round trips.
    async fn is_valid(&self, _: &mut Connection) -> Result<(), ConnectError> {
        Ok(())
    }

    fn has_broken(&self, conn: &mut Connection) -> bool {
        !conn.is_clean
    }
}

/// Creates a pool of this size. It connects on first use, so that the database may be away.
#[must_use]
pub fn new(
    database_url: &str,
    connections: NonZeroUsize,
    settings: SessionSettings,
    config: &PoolConfig,
) -> Pool {
    Pool::builder()
        .max_size(u32::try_from(connections.get()).unwrap_or(u32::MAX))
        .connection_timeout(config.checkout_timeout)
        .test_on_check_out(false)
        // The waiting caller decides whether another attempt is worth it.
        .retry_connection(false)
        .idle_timeout(None)
        .error_sink(Box::new(LogSink::default()))
        .build_unchecked(Manager {
            database_url: database_url.to_owned(),
            settings,
            connect_timeout: config.connect_timeout,
        })
}

/// Returns the longest wait for the answer to a statement.
#[must_use]
pub fn answer_timeout(statement_timeout: Duration) -> Duration {
    statement_timeout + ANSWER_MARGIN
}

/// Logs reasons why connecting fails.
#[derive(Clone, Debug, Default)]
struct LogSink(Arc<Mutex<ThrottledLog>>);

impl ErrorSink<ConnectError> for LogSink {
    fn sink(&self, error: ConnectError) {
        let reason = error.to_string();
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if log.admits(&reason) {
            warn!(error = reason, "The pool cannot connect: {reason}");
        }
    }

    fn boxed_clone(&self) -> Box<dyn ErrorSink<ConnectError>> {
        Box::new(self.clone())
    }
}
