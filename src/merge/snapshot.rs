//! The moment at which the tables are compared: one for all of them.

use tokio_postgres::{Client, Error};

/// A moment of the database that several sessions read. Lasts as long as the session that took it.
pub struct Snapshot {
    client: Client,
    name: String,
    /// Age, at any time, is measured against the oldest transaction that was under way: `pg_snapshot_xmin`.
    oldest: String,
}

impl Snapshot {
    /// Takes the present moment on a session of its own.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn take(client: Client) -> Result<Self, Error> {
        client
            .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        let sql = "SELECT pg_export_snapshot(), (pg_snapshot_xmin(pg_current_snapshot())::text::bigint & 4294967295)::text";
        let row = client.query_one(sql, &[]).await?;
        Ok(Self {
            name: row.get(0),
            oldest: row.get(1),
            client,
        })
    }

    /// Begins a transaction on `client` that reads at this moment.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn read(&self, client: &Client) -> Result<(), Error> {
        let name = &self.name;
        client
            .batch_execute(&format!(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{name}'"
            ))
            .await
    }

    /// The transaction id from which on a row may be newer than this moment. Older rows are not.
    #[must_use]
    pub fn oldest(&self) -> &str {
        &self.oldest
    }

    /// The session, which reads at this moment.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }
}
