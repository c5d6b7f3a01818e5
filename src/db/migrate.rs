//! The Diesel migrations, embedded: `atelierex migrate` and `diesel migration run` do the same.

use diesel::{ConnectionError, migration::MigrationSource, pg::Pg};
use diesel_async::{AsyncConnection as _, AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use tokio::task::spawn_blocking;

/// The folder `migrations`, as it was when the binary was built.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Why migrating failed.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// No connection could be made.
    #[error("cannot connect to the database")]
    Connect(#[from] ConnectionError),
    /// A migration failed; those before it stay applied.
    #[error("a migration failed: {0}")]
    Migration(Box<dyn std::error::Error + Send + Sync>),
}

/// Runs all pending migrations and returns their names, oldest first.
///
/// # Errors
///
/// When the database cannot be reached or a migration fails.
pub async fn run_pending(database_url: &str) -> Result<Vec<String>, MigrateError> {
    let connection = AsyncPgConnection::establish(database_url).await?;
    let mut harness = AsyncMigrationHarness::new(connection);
    let run = move || -> Result<Vec<String>, MigrateError> {
        let versions = harness
            .run_pending_migrations(MIGRATIONS)
            .map_err(MigrateError::Migration)?;
        Ok(versions.iter().map(ToString::to_string).collect())
    };
    // The harness blocks its thread on the connection.
    spawn_blocking(run).await.expect("migrations do not panic")
}

/// Number of embedded migrations.
#[must_use]
pub fn count() -> usize {
    MigrationSource::<Pg>::migrations(&MIGRATIONS).map_or(0, |all| all.len())
}
