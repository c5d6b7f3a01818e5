//! `atelierex up`: database, schemas, catalogue and server on one machine, with one command.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use tokio_util::sync::CancellationToken;
use tracing::info;

use super::{
    load::{self, LoadError},
    serve::{self, ServeError},
};
use crate::{
    catalog::generate::{self, GenerateError, GenerateOptions},
    config::{LoadConfig, UpConfig},
    db::{
        migrate::{self, MigrateError},
        private::{PrivateError, PrivateOptions, PrivatePostgres},
        session,
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
    /// No catalogue could be generated.
    #[error("cannot generate a catalogue")]
    Generate(#[from] GenerateError),
    /// The catalogue could not be loaded.
    #[error("cannot load the catalogue")]
    Load(#[from] LoadError),
    /// The server could not be started.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The database could not be asked.
    #[error("cannot ask the database whether it has a catalogue")]
    Database(#[from] tokio_postgres::Error),
    /// The generated files could not be put anywhere.
    #[error("cannot use {} for the generated files", .0.display())]
    Scratch(PathBuf, #[source] io::Error),
}

/// Starts everything, serves until `shutdown`, stops everything.
///
/// # Errors
///
/// See [`UpError`]; what had been started is stopped again.
pub async fn run(config: UpConfig, shutdown: CancellationToken) -> Result<(), UpError> {
    if let Some(url) = config.database_url.clone() {
        return on_database(&url, config, Path::new(""), shutdown).await;
    }
    let options = PrivateOptions::from(&config.private);
    let postgres = tokio::select! {
        postgres = PrivatePostgres::start(&options) => postgres?,
        () = shutdown.cancelled() => return Ok(()),
    };
    let url = postgres.url().to_owned();
    let result = on_database(&url, config, &options.data_dir, shutdown).await;
    postgres.stop().await?;
    result
}

/// Migrates, loads if need be, serves. What has to be written goes to the folder `scratch`.
async fn on_database(
    url: &str,
    config: UpConfig,
    scratch: &Path,
    shutdown: CancellationToken,
) -> Result<(), UpError> {
    migrate::run_pending(url).await?;
    match ensure_catalogue(url, &config, scratch, &shutdown).await {
        Err(UpError::Load(LoadError::Interrupted)) => return Ok(()),
        result => result?,
    }
    serve::serve(url, config.serve, shutdown, print_welcome).await?;
    Ok(())
}

async fn ensure_catalogue(
    url: &str,
    config: &UpConfig,
    scratch: &Path,
    shutdown: &CancellationToken,
) -> Result<(), UpError> {
    let client = session::connect(url, "atelierex up", &[]).await?;
    let sql = "SELECT EXISTS (SELECT FROM serving.product_document WHERE NOT deleted)";
    if client.query_one(sql, &[]).await?.get(0) {
        if let Some(directory) = &config.catalog {
            let directory = directory.display();
            info!(
                "There is a catalogue already, {directory} is not loaded; `atelierex load {directory}` replaces it"
            );
        }
        return Ok(());
    }
    if let Some(directory) = &config.catalog {
        return load(url, directory, scratch, shutdown).await;
    }
    let export = if scratch.as_os_str().is_empty() {
        std::env::temp_dir()
    } else {
        scratch.to_owned()
    };
    let export = export.join(format!("generated-export-{}", std::process::id()));
    let result = generate_and_load(url, config, &export, scratch, shutdown).await;
    let removed = std::fs::remove_dir_all(&export).map_err(|error| UpError::Scratch(export, error));
    result.and(removed)
}

async fn generate_and_load(
    url: &str,
    config: &UpConfig,
    export: &Path,
    scratch: &Path,
    shutdown: &CancellationToken,
) -> Result<(), UpError> {
    info!(
        "There is no catalogue yet: generating {} products",
        config.generate.products
    );
    let options = GenerateOptions {
        products: config.generate.products,
        seed: config.generate.seed,
        overwrite: true,
    };
    generate::generate(&options, export, &|_, _| ())?;
    load(url, export, scratch, shutdown).await
}

#[expect(
    clippy::print_stdout,
    reason = "the result of a command goes to standard output"
)]
async fn load(
    url: &str,
    directory: &Path,
    scratch: &Path,
    shutdown: &CancellationToken,
) -> Result<(), UpError> {
    let config = LoadConfig {
        strict: false,
        report: scratch.join("load-report.csv"),
        jobs: None,
    };
    let summary = load::run_until(url, &config, directory, shutdown.cancelled()).await?;
    println!("{summary}\n");
    Ok(())
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
