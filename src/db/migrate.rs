//! The Diesel migrations, embedded. `atelierex migrate` does the same as `diesel migration run`.

use diesel::{migration::MigrationSource, pg::Pg};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use tokio::task::spawn_blocking;

use super::{
    catalog_lock::{self, CatalogLockError, Claim},
    connect::{self, CONNECT_TIMEOUT, ConnectError},
    session,
};

/// The folder `migrations`, as it was when the program was built.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Reason why migrating failed.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// No session could be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// Another session is at work on the catalog.
    #[error(transparent)]
    Lock(#[from] CatalogLockError),
    /// A migration failed; those before it stay applied.
    #[error("a migration failed: {0}")]
    Migration(Box<dyn std::error::Error + Send + Sync>),
}

/// Runs all pending migrations and returns their names, oldest first.
///
/// # Errors
///
/// An unreachable database or a failed migration.
pub async fn run_pending(database_url: &str) -> Result<Vec<String>, MigrateError> {
    let name = "atelierex migrate";
    // On a session of its own, until that ends: the migrations have transactions of their own.
    let lock = session::connect(database_url, name, &[]).await?;
    catalog_lock::claim(&lock, Claim::Session).await?;
    let connection = connect::open(
        database_url,
        name,
        CONNECT_TIMEOUT,
        async |client, driver| {
            Ok(AsyncPgConnection::try_from_client_and_connection(client, driver).await?)
        },
    )
    .await?;
    let mut harness = AsyncMigrationHarness::new(connection);
    let run = move || -> Result<Vec<String>, MigrateError> {
        let versions = harness
            .run_pending_migrations(MIGRATIONS)
            .map_err(MigrateError::Migration)?;
        Ok(versions.iter().map(ToString::to_string).collect())
    };
    // The migration harness blocks its thread.
    let result = spawn_blocking(run).await;
    drop(lock);
    result.expect("migrations do not panic")
}

/// Returns the number of embedded migrations.
#[must_use]
pub fn count() -> usize {
    MigrationSource::<Pg>::migrations(&MIGRATIONS).map_or(0, |all| all.len())
}
