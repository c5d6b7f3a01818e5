//! The command line: names of commands, their output and their exit codes.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::{self, ExitCode},
};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::{
    app::{
        audit::{self, AuditError},
        database::{self, DatabaseCommandError},
        generate,
        load::{self, LoadError},
        process::{privileges, signals},
        serve::{self, ServeError},
        up::{self, UpError},
    },
    config::{
        DatabaseConfig, DatabaseServerConfig, GenerateConfig, LoadConfig, LogConfig, MigrateConfig,
        ServeConfig, UpConfig, ignore_empty_variables,
    },
    db::{
        migrate::{self, MigrateError},
        session,
    },
    document::grants::{self, GrantError},
    progress::Progress,
    stdout::{print, unless_closed},
};

pub mod manual;

/// Serves a product catalog from documents that PostgreSQL composed in advance.
///
/// Start with `atelierex up`: it needs only PostgreSQL's server binaries on this machine.
/// Exit codes: 0 done, 1 failed, 2 usage.
#[derive(Parser)]
#[command(version, max_term_width = 110)]
pub struct Cli {
    /// Logging.
    #[command(flatten)]
    pub log: LogConfig,
    /// Command to run.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Starts everything on this machine: an embedded PostgreSQL unless `DATABASE_URL` is set, a catalog, the server.
    Up(Box<UpConfig>),
    /// Runs the embedded PostgreSQL alone, with schemas, accounts and a catalog, and restarts it when it ends.
    Database(Box<DatabaseServerConfig>),
    /// Creates or updates the database's schemas, and grants accounts their privileges.
    Migrate(Box<MigrateConfig>),
    /// Writes an export of any size in the real format, with its typical faults.
    Generate {
        /// Size and seed.
        #[command(flatten)]
        generate: GenerateConfig,
        /// Folder for the six files.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Replace an existing export.
        #[arg(long)]
        overwrite: bool,
    },
    /// Merges an export into the catalog and publishes what has changed, while servers go on serving.
    Load {
        /// The database.
        #[command(flatten)]
        database: DatabaseConfig,
        /// Settings of the load.
        #[command(flatten)]
        load: LoadConfig,
        /// Folder with product.csv, features.csv, styles.csv, photos.csv, skus.csv and related.csv.
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
    /// Answers requests.
    Serve {
        /// The database.
        #[command(flatten)]
        database: DatabaseConfig,
        /// Settings of the server.
        #[command(flatten)]
        serve: Box<ServeConfig>,
    },
    /// Recomputes every document and prints those that differ; exits with 1 if any does.
    Audit {
        /// The database.
        #[command(flatten)]
        database: DatabaseConfig,
        /// Database sessions that recompute at the same time.
        #[arg(long, value_name = "NUMBER", default_value = "2")]
        jobs: usize,
    },
    /// Writes the manual pages, shell completions and settings file that packages install.
    #[command(hide = true)]
    Manual {
        /// Folder for the files.
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
}

/// Error of a command.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// `migrate` failed.
    #[error("cannot migrate")]
    Migrate(#[from] MigrateError),
    /// `migrate --grant` failed.
    #[error("cannot grant privileges")]
    Grant(#[from] GrantError),
    /// `database` failed.
    #[error("cannot run the database")]
    Database(#[from] DatabaseCommandError),
    /// `generate` failed.
    #[error("cannot generate")]
    Generate(#[from] crate::generate::GenerateError),
    /// `load` failed.
    #[error("cannot load{}", if .0.has_changed_nothing() { "; the catalog is as it was" } else { "" })]
    Load(#[from] LoadError),
    /// `serve` failed.
    #[error("cannot serve")]
    Serve(#[from] ServeError),
    /// `up` failed.
    #[error("cannot start")]
    Up(#[from] UpError),
    /// `audit` failed.
    #[error("cannot audit")]
    Audit(#[from] AuditError),
    /// A file of the manual could not be written.
    #[error("cannot write the manual to {}", .0.display())]
    Manual(PathBuf, #[source] io::Error),
    /// The result could not be printed.
    #[error("all is done, but cannot be printed")]
    Print(#[from] io::Error),
}

impl Cli {
    /// Parses arguments and variables. Ends the process after help, and with a usage error if that fails.
    #[must_use]
    pub fn from_environment() -> Self {
        ignore_empty_variables(Self::command())
            .try_get_matches()
            .and_then(|mut matches| Self::from_arg_matches_mut(&mut matches))
            .unwrap_or_else(|error| end(&error))
    }

    /// Runs the command.
    ///
    /// # Errors
    ///
    /// Errors of the command.
    pub async fn run(self) -> Result<ExitCode, CliError> {
        match self.command {
            Command::Up(config) => up::run(*config, signals::on_signal()).await?,
            Command::Database(config) => database::run(*config, signals::on_signal()).await?,
            Command::Migrate(config) => print(migrate(&config).await?)?,
            Command::Generate {
                generate,
                out,
                overwrite,
            } => {
                let progress = Progress::detect();
                print(generate::run(&generate, &out, overwrite, &progress)?)?;
            }
            Command::Load {
                database,
                load,
                directory,
            } => {
                print(
                    load::run_until(
                        &database.database_url,
                        &load,
                        &directory,
                        Progress::detect(),
                        signals::on_signal().cancelled(),
                    )
                    .await?,
                )?;
            }
            Command::Serve { database, serve } => {
                privileges::warn_of_root();
                serve::serve(
                    &database.database_url,
                    *serve,
                    signals::on_signal(),
                    |_, _| (),
                )
                .await?;
            }
            Command::Manual { directory } => {
                manual::write(Cli::command(), &directory)
                    .map_err(|error| CliError::Manual(directory, error))?;
            }
            Command::Audit { database, jobs } => {
                let audit = audit::run(&database.database_url, jobs).await;
                let audit = audit.map_err(CliError::Audit)?;
                print(&audit)?;
                if !audit.mismatches.is_empty() {
                    return Ok(ExitCode::FAILURE);
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Migrates, and returns what was done as text for people.
async fn migrate(config: &MigrateConfig) -> Result<String, CliError> {
    let url = &config.database.database_url;
    let applied = migrate::run_pending(url).await?;
    let mut lines: Vec<_> = applied.iter().map(|of| format!("Applied {of}.")).collect();
    if applied.is_empty() {
        lines.push("The schemas are up to date.".to_owned());
    }
    if config.grant {
        let client = session::connect(url, "atelierex migrate", &[]).await;
        let roles = &config.roles;
        grants::grant(&client.map_err(GrantError::from)?, roles).await?;
        lines.push(format!(
            "{}, {} and {} have the privileges that they need.",
            roles.serve_role, roles.refresh_role, roles.write_role
        ));
    }
    Ok(lines.join("\n"))
}

/// Prints help or a usage error, and ends the process.
fn end(error: &clap::Error) -> ! {
    let printed = error.print().and_then(|()| io::stdout().flush());
    match unless_closed(printed) {
        Err(reason) if !error.use_stderr() => {
            // Nobody is left to be told if this fails too.
            let _ = writeln!(io::stderr(), "the help cannot be printed: {reason}");
            process::exit(1)
        }
        _ => process::exit(error.exit_code()),
    }
}
