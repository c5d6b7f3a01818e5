//! Fills a database that has no catalog yet.

use std::{
    env, fs, io,
    path::{self, Path, PathBuf},
    process,
};

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    generate,
    load::{self, LoadError},
    shell_commands::ShellCommands,
};
use crate::{
    config::{CatalogConfig, DEFAULT_LOCK_TIMEOUT, GenerateConfig, LoadConfig},
    db::{
        error::{DatabaseError, from_database_errors},
        migrate::{self, MigrateError},
        session,
    },
    generate::GenerateError,
    load::export_dir::Export,
    progress::Progress,
};

/// Name of the load's report in a data folder.
pub(super) const REPORT: &str = "load-report.csv";

/// Reason why there is no catalog.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The schemas could not be created.
    #[error("cannot migrate the database")]
    Migrate(#[from] MigrateError),
    /// No catalog could be generated.
    #[error("cannot generate a catalog")]
    Generate(#[from] GenerateError),
    /// The catalog could not be loaded.
    #[error("cannot load the catalog")]
    Load(#[from] LoadError),
    /// The database could not be queried.
    #[error("cannot find out whether the database has a catalog")]
    Database(#[from] DatabaseError),
    /// The folder for generated files could not be created.
    #[error("cannot use {} for the generated files", .0.display())]
    Scratch(PathBuf, #[source] io::Error),
}

from_database_errors!(SeedError);

impl SeedError {
    /// Returns whether the command was interrupted, which is no failure.
    pub(super) fn is_interruption(&self) -> bool {
        matches!(self, Self::Load(LoadError::Interrupted))
    }
}

/// Checks the export to be loaded, so that an invalid one is reported before anything is created.
///
/// # Errors
///
/// All faults of the export's files.
pub(super) fn check(config: &CatalogConfig) -> Result<(), SeedError> {
    if let Some(directory) = &config.catalog {
        Export::open(directory).map_err(LoadError::Export)?;
    }
    Ok(())
}

/// Database to be filled.
pub(super) struct Seed<'a> {
    /// Connection settings of the owner.
    pub url: &'a str,
    /// Catalog to load.
    pub config: &'a CatalogConfig,
    /// Shell commands that reach the database.
    pub commands: &'a ShellCommands,
}

impl Seed<'_> {
    /// Migrates the database, loads or generates a catalog unless it has one, and returns the lowest product id.
    ///
    /// # Errors
    ///
    /// See [`SeedError`].
    pub(super) async fn ensure(
        &self,
        shutdown: &CancellationToken,
    ) -> Result<Option<i64>, SeedError> {
        let present = first_product(self.url).await?;
        if present.is_none() {
            check(self.config)?;
        }
        migrate::run_pending(self.url).await?;
        if present.is_some() {
            self.warn_of_kept_catalog();
            return Ok(present);
        }
        match &self.config.catalog {
            Some(directory) => self.load(directory, self.config.force, shutdown).await?,
            None => self.generate(shutdown).await?,
        }
        Ok(first_product(self.url).await?)
    }

    /// Warns about options that have no effect because a catalog exists, and says how to replace the catalog.
    fn warn_of_kept_catalog(&self) {
        let GenerateConfig { products, seed } = self.config.generate;
        let (ignored, replace) = if let Some(directory) = &self.config.catalog {
            let directory = path::absolute(directory).unwrap_or_else(|_| directory.clone());
            ("--catalog is", self.commands.load(&directory))
        } else if products.is_some() || seed.is_some() {
            let replace = self.commands.generate_and_load(&self.config.generate);
            ("--products and --seed are", replace)
        } else {
            return;
        };
        warn!(
            "The existing catalog is kept; {ignored} without effect. To replace the catalog, run this while the database runs: {replace}"
        );
    }

    async fn generate(&self, shutdown: &CancellationToken) -> Result<(), SeedError> {
        let folder = self.commands.data_dir();
        let folder = folder.map_or_else(env::temp_dir, Path::to_owned);
        let export = folder.join(format!("generated-export-{}", process::id()));
        let config = &self.config.generate;
        info!("Generating a catalog of {} products", config.products());
        let generated = generate::run(config, &export, true, &Progress::brief());
        let result = match generated {
            Ok(_) => self.load(&export, true, shutdown).await,
            Err(error) => Err(error.into()),
        };
        let removed =
            fs::remove_dir_all(&export).map_err(|error| SeedError::Scratch(export, error));
        result.and(removed)
    }

    async fn load(
        &self,
        directory: &Path,
        force: bool,
        shutdown: &CancellationToken,
    ) -> Result<(), SeedError> {
        let config = LoadConfig {
            strict: false,
            force,
            dry_run: false,
            lock_timeout: DEFAULT_LOCK_TIMEOUT,
            report: self.commands.data_dir().map(|folder| folder.join(REPORT)),
            jobs: None,
        };
        info!("Loading the catalog");
        let progress = Progress::brief();
        let stop = shutdown.cancelled();
        let summary = load::run_until(self.url, &config, directory, progress, stop).await?;
        info!("{}", summary.in_short());
        Ok(())
    }
}

/// Returns the lowest id of a served product, or `None` if the catalog is missing or empty.
async fn first_product(url: &str) -> Result<Option<i64>, DatabaseError> {
    let client = session::connect(url, "atelierex up", &[]).await?;
    let is_migrated = "SELECT to_regclass('serving.product_document') IS NOT NULL";
    if !client.query_one(is_migrated, &[]).await?.get::<_, bool>(0) {
        return Ok(None);
    }
    let first = "SELECT min(product_id) FROM serving.product_document WHERE NOT deleted";
    Ok(client.query_one(first, &[]).await?.get(0))
}
