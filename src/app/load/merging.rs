//! Changes the rows that differ, in attempts that never keep others waiting.

use std::time::{Duration, Instant};

use tokio::time::sleep;
use tokio_postgres::{Client, Error};
use tracing::warn;

use crate::{
    db::{report::describe, session},
    document::build::affected,
    load::format::ExportFile,
    merge::{
        apply::{self, Applied},
        differences::RowCounts,
        error::{MergeError, Session, is_constraint, is_own_key, is_transient, lock_holders},
    },
};

/// Pause between two attempts.
pub const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Attempts that a foreign key of the catalog itself may end: a parent went between two statements.
const KEY_ATTEMPTS: u32 = 5;

/// Settings of the session that changes rows.
const SETTINGS: [(&str, &str); 3] = [
    ("statement_timeout", "0"),
    ("jit", "off"),
    ("work_mem", "64MB"),
];

/// Result of the merge.
pub struct Merged {
    /// Changes by table.
    pub tables: [Applied; ExportFile::ALL.len()],
    /// The transaction, as rows show it in `xmin`.
    pub transaction: String,
}

/// Opens the session that changes rows.
///
/// # Errors
///
/// No session can be opened.
pub async fn connect(database_url: &str) -> Result<Client, MergeError> {
    Ok(session::connect(database_url, "atelierex load", &SETTINGS).await?)
}

/// Changes the rows that differ, within `lock_timeout` if others hold locks. Before they become visible, `control` locks the refreshers out, so that the documents
/// can follow all at once.
///
/// # Errors
///
/// See [`MergeError`]; nothing has changed then.
pub async fn merge(
    client: &Client,
    control: &Client,
    differing: [RowCounts; ExportFile::ALL.len()],
    lock_timeout: Duration,
) -> Result<Merged, MergeError> {
    let began = Instant::now();
    let mut key_attempts = 0;
    let mut blamed = Vec::new();
    loop {
        let error = match attempt(client, control, differing).await {
            Ok(merged) => return Ok(merged),
            Err(error) => error,
        };
        client.batch_execute("ROLLBACK").await?;
        if is_own_key(&error) && key_attempts < KEY_ATTEMPTS {
            key_attempts += 1;
            continue;
        }
        if !is_transient(&error) {
            return Err(if is_constraint(&error) {
                let message = describe(&error);
                MergeError::Constraint { message }
            } else {
                error.into()
            });
        }
        let holders = lock_holders(client).await?;
        if began.elapsed() > lock_timeout {
            let waited = began.elapsed();
            return Err(MergeError::Locked { holders, waited });
        }
        blame(&mut blamed, holders);
        sleep(RETRY_PAUSE).await;
    }
}

/// Says who is waited for, each session once.
fn blame(blamed: &mut Vec<i32>, holders: Vec<Session>) {
    for holder in holders {
        if !blamed.contains(&holder.pid) {
            warn!("Rows are locked by {holder}; trying again");
            blamed.push(holder.pid);
        }
    }
}

async fn attempt(
    client: &Client,
    control: &Client,
    differing: [RowCounts; ExportFile::ALL.len()],
) -> Result<Merged, Error> {
    let transaction = apply::begin(client).await?;
    let tables = apply::apply(client, differing).await?;
    control.batch_execute("SAVEPOINT merge").await?;
    let committed = async {
        affected::lock_refresher(control).await?;
        client.batch_execute("COMMIT").await
    };
    if let Err(error) = committed.await {
        control.batch_execute("ROLLBACK TO merge").await?;
        return Err(error);
    }
    Ok(Merged {
        tables,
        transaction,
    })
}
