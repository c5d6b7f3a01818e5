//! Plain sessions for bulk work: DDL, `COPY` and statements that run for seconds.
//!
//! Requests never use these; they use the pool.

use std::time::Duration;

use tokio_postgres::Client;

use super::connect::{self, CONNECT_TIMEOUT, ConnectError};

/// Opens a session named `application_name` and applies `settings` (name and value) to it.
///
/// The server checks twice a second that the client is there. So a statement whose client was killed ends instead of
/// holding its locks until it is done.
///
/// # Errors
///
/// A malformed URL, an unreachable server, an unknown setting.
pub async fn connect(
    database_url: &str,
    application_name: &str,
    settings: &[(&str, &str)],
) -> Result<Client, ConnectError> {
    connect_within(database_url, application_name, settings, CONNECT_TIMEOUT).await
}

/// Does the same as [`connect()`] within `limit`.
///
/// # Errors
///
/// As for [`connect()`].
pub async fn connect_within(
    database_url: &str,
    application_name: &str,
    settings: &[(&str, &str)],
    limit: Duration,
) -> Result<Client, ConnectError> {
    connect::open(
        database_url,
        application_name,
        limit,
        async |client, driver| {
            // The driver ends when its client is dropped.
            tokio::spawn(async move {
                if let Err(error) = driver.await {
                    tracing::debug!(%error, "A database session ended");
                }
            });
            let always = [
                ("client_connection_check_interval", "500ms"),
                ("client_min_messages", "warning"),
                ("idle_in_transaction_session_timeout", "0"),
            ];
            for (name, value) in always.iter().chain(settings) {
                client
                    .execute("SELECT set_config($1, $2, false)", &[name, value])
                    .await?;
            }
            Ok(client)
        },
    )
    .await
}
