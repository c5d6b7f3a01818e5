//! Accounts of an embedded PostgreSQL, one for each task.

use std::path::PathBuf;

use tokio_postgres::{Client, Config};

use super::shell_commands;
use crate::{
    config::RoleConfig,
    db::{
        embedded::{EmbeddedError, EmbeddedPostgres},
        error::{DatabaseError, from_database_errors},
        session,
    },
    document::grants::{self, GrantError},
};

/// Account that answers requests.
const SERVE: &str = "atelierex_serve";

/// Account that composes documents.
const REFRESH: &str = "atelierex_refresh";

/// Account that changes source rows.
const WRITE: &str = "atelierex_write";

/// Account that monitors the database.
const MONITOR: &str = "atelierex_monitor";

/// Reason why the accounts could not be created.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// A password could not be stored.
    #[error(transparent)]
    Password(#[from] EmbeddedError),
    /// Privileges could not be granted.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// The database failed.
    #[error("cannot create the accounts of the database")]
    Database(#[from] DatabaseError),
}

from_database_errors!(RoleError);

/// Connection settings of each account, with passwords.
pub(super) struct RoleUrls {
    pub owner: String,
    pub serve: String,
    pub refresh: String,
    pub write: String,
    pub monitor: String,
}

impl RoleUrls {
    /// Writes files with the connection settings into the data folder: URLs for shells and service managers, passwords
    /// for `psql`. Returns the path of the file with the URLs.
    ///
    /// # Errors
    ///
    /// I/O errors.
    pub(super) fn keep(&self, postgres: &EmbeddedPostgres) -> Result<PathBuf, EmbeddedError> {
        let accounts = [
            ("OWNER", &self.owner),
            ("SERVE", &self.serve),
            ("REFRESH", &self.refresh),
            ("WRITE", &self.write),
            ("MONITOR", &self.monitor),
        ];
        let passwords = accounts.map(|(_, url)| password_line(url)).concat();
        postgres.keep(shell_commands::PASSWORDS, &passwords)?;
        let urls = accounts
            .map(|(account, url)| format!("ATELIEREX_{account}_DATABASE_URL={url}\n"))
            .concat();
        postgres.keep(shell_commands::ENVIRONMENT, &urls)
    }
}

/// Returns a line of a password file. It matches any port, since the port changes with each start.
fn password_line(url: &str) -> String {
    let url: Config = url.parse().expect("this program built the URL");
    let user = url.get_user().expect("it has a user");
    let password = url.get_password().expect("it has a password");
    format!(
        "127.0.0.1:*:*:{user}:{}\n",
        String::from_utf8_lossy(password)
    )
}

/// Creates missing accounts, and sets their privileges and their stored passwords.
///
/// # Errors
///
/// See [`RoleError`]. The schemas must exist.
pub(super) async fn ensure(postgres: &EmbeddedPostgres) -> Result<RoleUrls, RoleError> {
    let client = session::connect(postgres.url(), "atelierex roles", &[]).await?;
    let urls = RoleUrls {
        owner: postgres.url().to_owned(),
        serve: account(postgres, &client, SERVE).await?,
        refresh: account(postgres, &client, REFRESH).await?,
        write: account(postgres, &client, WRITE).await?,
        monitor: account(postgres, &client, MONITOR).await?,
    };
    // Accounts that only read must not fill the disk with temporary tables either.
    let cluster = format!(
        "GRANT pg_monitor TO {MONITOR};
         DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$"
    );
    client.batch_execute(&cluster).await?;
    let roles = RoleConfig {
        serve_role: SERVE.to_owned(),
        refresh_role: REFRESH.to_owned(),
        write_role: WRITE.to_owned(),
    };
    grants::grant(&client, &roles).await?;
    Ok(urls)
}

/// Creates an account if it is missing, sets its password, and returns its URL.
async fn account(
    postgres: &EmbeddedPostgres,
    client: &Client,
    name: &str,
) -> Result<String, RoleError> {
    let password = postgres.password_of(name)?;
    let known = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)";
    let verb = if client.query_one(known, &[&name]).await?.get(0) {
        "ALTER"
    } else {
        "CREATE"
    };
    // Neither name nor password has a character that needs escaping.
    let statement = format!("{verb} ROLE {name} LOGIN PASSWORD '{password}'");
    client.batch_execute(&statement).await?;
    Ok(postgres.url_of(name, &password))
}
