//! State of the queues, for metrics.

use tokio_postgres::{Client, Error};

/// State of the queues.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backlog {
    /// Pending single keys, counted up to 100,000.
    pub keys: i64,
    /// Pending chunks of many keys.
    pub chunks: i64,
    /// Age of the oldest pending change, in seconds.
    pub age_seconds: f64,
    /// Quarantined products.
    pub quarantined: i64,
    /// Dead rows of the queues, not yet vacuumed.
    pub dead_rows: i64,
    /// Size of the queues, in bytes.
    pub bytes: i64,
}

impl Backlog {
    /// Reads the state of the queues.
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
