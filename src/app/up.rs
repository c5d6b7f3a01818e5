//! `atelierex up`: database, schemas, catalogue and server on one machine, with one command.

use std::{net::SocketAddr, path::Path};

use tokio_util::sync::CancellationToken;

use super::{
    catalogue::{self, CatalogueError},
    roles::{self, RoleError},
    serve::{self, ServeError},
};
use crate::{
    config::UpConfig,
    db::{
        embedded::{PrivateError, PrivateOptions, PrivatePostgres},
        migrate::{self, MigrateError},
    },
};

/// Why the system could not be started.
#[derive(Debug, thiserror::Error)]
pub enum UpError {
    /// There is no private PostgreSQL.
    #[error(transparent)]
    Postgres(#[from] PrivateError),
    /// The schemas could not be created.
    #[error("cannot migrate the database")]
    Migrate(#[from] MigrateError),
    /// The accounts could not be made.
    #[error(transparent)]
    Roles(#[from] RoleError),
    /// There is no catalogue.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The server could not be started.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

/// The addresses of the accounts were made by this program.
const VALID: &str = "the address of an embedded database is valid";

/// Starts everything, serves until `shutdown`, stops everything.
///
/// # Errors
///
/// See [`UpError`]; what had been started is stopped again.
pub async fn run(config: UpConfig, shutdown: CancellationToken) -> Result<(), UpError> {
    if let Some(url) = config.database_url.clone() {
        if fill(&url, &config, Path::new(""), &shutdown).await? {
            serve::serve(&url, config.serve, shutdown, print_welcome).await?;
        }
        return Ok(());
    }
    let options = PrivateOptions::from(&config.private);
    let postgres = tokio::select! {
        postgres = PrivatePostgres::start(&options) => postgres?,
        () = shutdown.cancelled() => return Ok(()),
    };
    let result = on_private(&postgres, config, shutdown).await;
    postgres.stop().await?;
    result
}

/// Fills a private database and serves it under the accounts that may do no more than that.
async fn on_private(
    postgres: &PrivatePostgres,
    mut config: UpConfig,
    shutdown: CancellationToken,
) -> Result<(), UpError> {
    if !fill(postgres.url(), &config, postgres.data_dir(), &shutdown).await? {
        return Ok(());
    }
    let urls = roles::ensure(postgres).await?;
    let refresh = &mut config.serve.refresh;
    refresh.refresh_database_url = Some(urls.refresh.parse().expect(VALID));
    refresh.write_database_url = Some(urls.write.parse().expect(VALID));
    serve::serve(&urls.serve, config.serve, shutdown, print_welcome).await?;
    Ok(())
}

/// Migrates, and loads if need be. What has to be written goes to the folder `scratch`. False if `shutdown` came.
async fn fill(
    url: &str,
    config: &UpConfig,
    scratch: &Path,
    shutdown: &CancellationToken,
) -> Result<bool, UpError> {
    migrate::run_pending(url).await?;
    match catalogue::ensure(url, &config.catalogue, scratch, shutdown).await {
        Err(error) if error.is_interruption() => Ok(false),
        result => Ok(result.map(|()| true)?),
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the result of a command goes to standard output"
)]
fn print_welcome(public: SocketAddr, admin: SocketAddr) {
    println!(
        "Atelierex is ready at http://{public}. Some requests to try:

  curl -i http://{public}/products
  curl -i http://{public}/products/1
  curl -i http://{public}/products/1/styles
  curl -i http://{public}/products/1/related
  curl -i 'http://{public}/products?page=2&count=3'
  curl -i --compressed http://{public}/products/1/styles
  curl    http://{admin}/metrics

Ctrl-C stops everything."
    );
}
