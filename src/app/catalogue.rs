//! Fills a database that has no catalogue yet.

use std::{
    env, io,
    path::{Path, PathBuf},
    process,
};

use tokio_util::sync::CancellationToken;
use tracing::info;

use super::load::{self, LoadError};
use crate::{
    config::{CatalogueConfig, LoadConfig},
    db::{
        error::{DatabaseError, from_database_errors},
        session,
    },
    generate::{self, GenerateError, GenerateOptions},
};

/// Why there is no catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// No catalogue could be generated.
    #[error("cannot generate a catalogue")]
    Generate(#[from] GenerateError),
    /// The catalogue could not be loaded.
    #[error("cannot load the catalogue")]
    Load(#[from] LoadError),
    /// The database could not be asked.
    #[error("cannot ask the database whether it has a catalogue")]
    Database(#[from] DatabaseError),
    /// The generated files could not be put anywhere.
    #[error("cannot use {} for the generated files", .0.display())]
    Scratch(PathBuf, #[source] io::Error),
}

from_database_errors!(CatalogueError);

impl CatalogueError {
    /// Whether somebody asked to stop, which is no failure.
    pub(super) fn is_interruption(&self) -> bool {
        matches!(self, Self::Load(LoadError::Interrupted))
    }
}

/// Loads or generates a catalogue unless there is one. What has to be written goes to the folder `scratch`.
///
/// # Errors
///
/// See [`CatalogueError`].
pub(super) async fn ensure(
    url: &str,
    config: &CatalogueConfig,
    scratch: &Path,
    shutdown: &CancellationToken,
) -> Result<(), CatalogueError> {
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
        env::temp_dir()
    } else {
        scratch.to_owned()
    };
    let export = export.join(format!("generated-export-{}", process::id()));
    let result = generate_and_load(url, config, &export, scratch, shutdown).await;
    let removed =
        std::fs::remove_dir_all(&export).map_err(|error| CatalogueError::Scratch(export, error));
    result.and(removed)
}

async fn generate_and_load(
    url: &str,
    config: &CatalogueConfig,
    export: &Path,
    scratch: &Path,
    shutdown: &CancellationToken,
) -> Result<(), CatalogueError> {
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
) -> Result<(), CatalogueError> {
    let config = LoadConfig {
        strict: false,
        report: scratch.join("load-report.csv"),
        jobs: None,
    };
    let summary = load::run_until(url, &config, directory, shutdown.cancelled()).await?;
    println!("{summary}\n");
    Ok(())
}
