//! Work on several sessions at once.

use std::{collections::VecDeque, sync::Mutex};

use futures_util::future::try_join_all;
use tokio_postgres::{Client, Error};

use super::session;

/// Settings of a session that builds tables: nothing waits for its commits but the publication,
/// which flushes them all.
const BULK_SETTINGS: [(&str, &str); 5] = [
    ("synchronous_commit", "off"),
    ("statement_timeout", "0"),
    // Compiling takes longer than it saves: the statements are many and short.
    ("jit", "off"),
    ("work_mem", "64MB"),
    ("maintenance_work_mem", "256MB"),
];

/// A session that builds tables in `search_path`.
///
/// # Errors
///
/// When no connection can be made.
pub async fn bulk_session(database_url: &str, search_path: &str) -> Result<Client, Error> {
    let settings: Vec<_> = BULK_SETTINGS
        .into_iter()
        .chain([("search_path", search_path)])
        .collect();
    session::connect(database_url, "atelierex bulk", &settings).await
}

/// Does `work` for each of `items` on `sessions` sessions, taking them in order. The first failure ends it all.
///
/// # Errors
///
/// The first error of a session or of `work`.
pub async fn for_each<T, E, F>(
    database_url: &str,
    sessions: usize,
    search_path: &str,
    items: Vec<T>,
    work: F,
) -> Result<(), E>
where
    E: From<Error>,
    F: AsyncFn(&Client, T) -> Result<(), E>,
{
    let sessions = sessions.clamp(1, items.len().max(1));
    let queue = Mutex::new(VecDeque::from(items));
    let session = async || -> Result<(), E> {
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
