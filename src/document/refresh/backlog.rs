//! The state of the queues, for metrics.

use tokio_postgres::{Client, Error};

/// State of the queues.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backlog {
    /// Single keys that wait, counted up to 100,000.
    pub keys: i64,
    /// Chunks of many keys that wait.
    pub chunks: i64,
    /// Age of the oldest, in seconds.
    pub age_seconds: f64,
    /// Quarantined products.
    pub quarantined: i64,
    /// Rows of the queues that are dead and still take space.
    pub dead_rows: i64,
    /// Size of the queues, in bytes.
    pub bytes: i64,
}

impl Backlog {
    /// Reads it.
    pub(super) async fn read(client: &Client) -> Result<Self, Error> {
        let row = client.query_one(include_str!("backlog.sql"), &[]).await?;
        Ok(Self {
            keys: row.get(0),
            chunks: row.get(1),
            age_seconds: row.get(2),
            quarantined: row.get(3),
            dead_rows: row.get(4),
            bytes: row.get(5),
        })
    }
}
