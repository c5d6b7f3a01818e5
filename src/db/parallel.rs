//! Work on several sessions at once.

use std::{collections::VecDeque, sync::Mutex, time::Duration};

use futures_util::future::try_join_all;
use tokio_postgres::Client;

use super::{connect::ConnectError, error::DatabaseError, session};

/// Settings of a session that builds tables. Only the publication waits for its commit, which flushes all earlier ones.
const BULK_SETTINGS: [(&str, &str); 5] = [
    ("synchronous_commit", "off"),
    ("statement_timeout", "0"),
    // JIT compilation takes longer than it saves: the statements are many and short.
    ("jit", "off"),
    ("work_mem", "64MB"),
    ("maintenance_work_mem", "256MB"),
];

/// Longest time for opening a session: the database has answered before, and may be busy with the other sessions.
const BULK_CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// Opens a session for bulk work on the tables that `search_path` finds.
///
/// # Errors
///
/// [`ConnectError`].
pub async fn bulk_session(database_url: &str, search_path: &str) -> Result<Client, ConnectError> {
    let settings: Vec<_> = BULK_SETTINGS
        .into_iter()
        .chain([("search_path", search_path)])
        .collect();
    session::connect_within(
        database_url,
        "atelierex bulk",
        &settings,
        BULK_CONNECT_TIMEOUT,
    )
    .await
}

/// Runs `work` for each of `items` on `sessions` sessions, in their order. The first failure stops all.
///
/// # Errors
///
/// The first error of a session or of `work`.
pub async fn for_each<T>(
    database_url: &str,
    sessions: usize,
    search_path: &str,
    items: Vec<T>,
    work: impl AsyncFn(&Client, T) -> Result<(), DatabaseError>,
) -> Result<(), DatabaseError> {
    let sessions = sessions.clamp(1, items.len().max(1));
    let queue = Mutex::new(VecDeque::from(items));
    let session = async || -> Result<(), DatabaseError> {
        let client = bulk_session(database_url, search_path).await?;
        loop {
            let Some(item) = queue.lock().expect("no holder panics").pop_front() else {
                return Ok(());
            };
            work(&client, item).await?;
        }
    };
    try_join_all((0..sessions).map(|_| session())).await?;
    Ok(())
}
