//! Plain sessions for bulk work: DDL, `COPY` and statements that run for seconds.
//!
//! Requests never use these; they have the pool.

use std::time::Duration;

use tokio_postgres::{Client, Config, Error, NoTls};

/// How long making a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Makes a session named `application_name` and applies `settings` (name and value) to it.
///
/// The server checks twice a second that we are still there: a statement whose client was killed
/// ends by itself instead of holding its locks until it is done.
///
/// # Errors
///
/// A malformed URL, an unreachable server, a setting that is none.
pub async fn connect(
    database_url: &str,
    application_name: &str,
    settings: &[(&str, &str)],
) -> Result<Client, Error> {
    let mut config: Config = database_url.parse()?;
    config
        .application_name(application_name)
        .connect_timeout(CONNECT_TIMEOUT);
    let (client, connection) = config.connect(NoTls).await?;
    // Ends with the client: the driver stops when its last handle is dropped.
    tokio::spawn(async move {
        if let Err(error) = connection.await {
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
}
