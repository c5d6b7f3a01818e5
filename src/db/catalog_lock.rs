//! The lock that a load, a migration and an audit share: one works at a time, except that audits do not disturb each other.
//!
//! An advisory lock held until the transaction or the session ends: when the process dies, so does its claim. It takes
//! no right on any table.

use std::{
    fmt,
    time::{Duration, Instant},
};

use tokio::time::sleep;
use tokio_postgres::{Client, Error};

use super::error::{DatabaseError, from_database_errors};

/// Key of the lock: "atelierx" as a number.
pub const KEY: i64 = i64::from_be_bytes(*b"atelierx");

/// Time in which the session of a process that has ended releases the lock, also on a busy machine.
const ENDING_TIMEOUT: Duration = Duration::from_secs(1);

/// Pause between two attempts.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// Reason why the lock could not be had.
#[derive(Debug, thiserror::Error)]
pub enum CatalogLockError {
    /// Another session holds it.
    #[error(
        "another load, migration or audit is at work on this database{}; wait until it has ended, or stop it",
        .holder.as_ref().map(|holder| format!(": {holder}")).unwrap_or_default()
    )]
    Held {
        /// The session, unless it has ended since.
        holder: Option<Holder>,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

from_database_errors!(CatalogLockError);

/// A session that holds the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Process id at the server.
    pub pid: i32,
    /// `application_name`, for example `atelierex load`.
    pub application: String,
    /// Time when its transaction or its session began, in the database's words.
    pub since: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pid,
            application,
            since,
        } = self;
        write!(
            formatter,
            "{application} (database process {pid}) since {since}"
        )
    }
}

/// Extent of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Of one that changes the catalog or its schema, until the end of the transaction.
    Transaction,
    /// The same until the end of the session.
    Session,
    /// Of one that only reads, until the end of the session.
    SharedSession,
}

impl Claim {
    const fn function(self) -> &'static str {
        match self {
            Self::Transaction => "pg_try_advisory_xact_lock",
            Self::Session => "pg_try_advisory_lock",
            Self::SharedSession => "pg_try_advisory_lock_shared",
        }
    }
}

/// Claims the lock, or says who holds it.
///
/// # Errors
///
/// [`CatalogLockError::Held`], and database errors.
pub async fn claim(client: &Client, claim: Claim) -> Result<(), CatalogLockError> {
    let sql = format!("SELECT {}($1)", claim.function());
    let began = Instant::now();
    while !client.query_one(&sql, &[&KEY]).await?.get::<_, bool>(0) {
        if began.elapsed() > ENDING_TIMEOUT {
            return Err(CatalogLockError::Held {
                holder: holder(client).await?,
            });
        }
        sleep(RETRY_PAUSE).await;
    }
    Ok(())
}

async fn holder(client: &Client) -> Result<Option<Holder>, Error> {
    let sql = "SELECT pid, application_name, COALESCE(xact_start, backend_start)::timestamptz(0)::text
               FROM pg_locks JOIN pg_stat_activity USING (pid)
               WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND pg_locks.database = pg_stat_activity.datid
                   AND datname = current_database() AND classid::bigint << 32 | objid::bigint = $1
               ORDER BY backend_start LIMIT 1";
    let row = client.query_opt(sql, &[&KEY]).await?;
    Ok(row.map(|row| Holder {
        pid: row.get(0),
        application: row.get::<_, Option<_>>(1).unwrap_or_default(),
        since: row.get::<_, Option<_>>(2).unwrap_or_default(),
    }))
}
