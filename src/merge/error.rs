//! Errors of merging. Nothing has changed then.

use std::{fmt, time::Duration};

use tokio_postgres::{Client, Error, Row, error::SqlState};

use super::private_schema::CATALOG;
use crate::{
    db::error::{DatabaseError, from_database_errors},
    load::format::ExportFile,
};

/// Foreign keys between the tables of the catalog.
const OWN_KEYS: [&str; 6] = [
    "feature_product_id_fkey",
    "style_product_id_fkey",
    "photo_style_id_fkey",
    "sku_style_id_fkey",
    "related_product_product_id_fkey",
    "related_product_related_product_id_fkey",
];

/// Reason why no row was changed.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Another session kept rows or a table locked all the time.
    #[error(
        "rows of the catalog stayed locked for {:.1} s{}; end that session, or load with a longer --lock-timeout",
        waited.as_secs_f64(),
        list(.holders)
    )]
    Locked {
        /// Sessions that held the locks at the end.
        holders: Vec<Session>,
        /// Time that was spent on waiting.
        waited: Duration,
    },
    /// A row that the export lacks, or a value that it has, breaks a constraint of the shop.
    #[error(
        "a constraint of the shop forbids what the export asks for: {message}; change the row in the export, or the constraint, and load again"
    )]
    Constraint {
        /// The server's words: table, constraint and row.
        message: String,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

from_database_errors!(MergeError);

/// A session that holds a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Process id at the server.
    pub pid: i32,
    /// `application_name`.
    pub application: String,
    /// State, for example `idle in transaction`.
    pub state: String,
    /// Begin of its transaction, in the database's words.
    pub since: String,
}

impl fmt::Display for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pid,
            application,
            state,
            since,
        } = self;
        write!(
            formatter,
            "process {pid} ({application}, {state}, since {since})"
        )
    }
}

fn list(sessions: &[Session]) -> String {
    if sessions.is_empty() {
        return String::new();
    }
    let sessions: Vec<_> = sessions.iter().map(Session::to_string).collect();
    format!(" by {}", sessions.join(", "))
}

/// Tells whether the same transaction may succeed when it is tried again.
#[must_use]
pub fn is_transient(error: &Error) -> bool {
    [
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::T_R_SERIALIZATION_FAILURE,
    ]
    .iter()
    .any(|code| error.code() == Some(code))
}

/// Tells whether the class of an error is "integrity constraint violation", or a trigger has raised it.
#[must_use]
pub fn is_constraint(error: &Error) -> bool {
    error
        .code()
        .is_some_and(|code| code.code().starts_with("23") || *code == SqlState::RAISE_EXCEPTION)
}

/// Tells whether a foreign key between the catalog's own tables has ended a transaction.
#[must_use]
pub fn is_own_key(error: &Error) -> bool {
    let Some(report) = error.as_db_error() else {
        return false;
    };
    *report.code() == SqlState::FOREIGN_KEY_VIOLATION
        && report.schema() == Some(CATALOG)
        && report
            .constraint()
            .is_some_and(|name| OWN_KEYS.contains(&name))
}

/// Returns the sessions that hold locks on rows of the catalog now.
///
/// # Errors
///
/// Database errors.
pub async fn lock_holders(client: &Client) -> Result<Vec<Session>, Error> {
    let tables: Vec<String> = ExportFile::ALL
        .map(|file| format!("{CATALOG}.{}", file.table()))
        .to_vec();
    let sql = "SELECT DISTINCT pid, COALESCE(application_name, ''), COALESCE(state, ''), COALESCE(xact_start::timestamptz(0)::text, '')
               FROM pg_locks JOIN pg_stat_activity USING (pid)
               WHERE relation IN (SELECT name::regclass FROM unnest($1::text[]) AS given (name))
                   AND granted AND mode <> 'AccessShareLock' AND pid <> pg_backend_pid() AND datname = current_database()
               ORDER BY pid";
    let rows = client.query(sql, &[&tables]).await?;
    let session = |row: &Row| Session {
        pid: row.get(0),
        application: row.get(1),
        state: row.get(2),
        since: row.get(3),
    };
    Ok(rows.iter().map(session).collect())
}
