//! `atelierex database`: runs the embedded PostgreSQL alone, for servers in other processes.

use std::{net::Ipv4Addr, path::Path, time::Duration};

use tokio::{select, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{
    process::port_taken::PortTaken,
    roles::{self, RoleError},
    seed::{self, Seed, SeedError},
    shell_commands::ShellCommands,
};
use crate::{
    config::DatabaseServerConfig,
    db::embedded::{EmbeddedError, EmbeddedOptions, EmbeddedPostgres},
    stdout,
};

/// Longest pause between two attempts to restart PostgreSQL.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Reason why the database does not run.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseCommandError {
    /// The embedded PostgreSQL failed.
    #[error(transparent)]
    Postgres(EmbeddedError),
    /// Another program listens on the port.
    #[error(transparent)]
    PortTaken(#[from] PortTaken),
    /// The accounts could not be created.
    #[error(transparent)]
    Roles(#[from] RoleError),
    /// There is no catalog.
    #[error(transparent)]
    Seed(#[from] SeedError),
}

impl From<EmbeddedError> for DatabaseCommandError {
    fn from(error: EmbeddedError) -> Self {
        if let EmbeddedError::PortTaken { port } = error {
            PortTaken::new((Ipv4Addr::LOCALHOST, port).into(), "--port").into()
        } else {
            Self::Postgres(error)
        }
    }
}

/// Starts PostgreSQL, fills it, and restarts it whenever it ends, until `shutdown`.
///
/// # Errors
///
/// See [`DatabaseCommandError`]. A PostgreSQL that ends later is not an error: it is restarted until that succeeds.
pub async fn run(
    config: DatabaseServerConfig,
    shutdown: CancellationToken,
) -> Result<(), DatabaseCommandError> {
    let mut options = EmbeddedOptions {
        port: Some(config.port).filter(|port| *port > 0),
        ..EmbeddedOptions::from(&config.embedded)
    };
    if !options.has_cluster() {
        seed::check(&config.catalog)?;
    }
    let Some(started) = unless_cancelled(&shutdown, EmbeddedPostgres::start(&options)).await else {
        return Ok(());
    };
    let mut postgres = started?;
    // Clients were told the port, so that it must not change.
    options.port = Some(postgres.port());
    match prepare(&postgres, &config, &shutdown).await {
        Ok(()) => {}
        Err(DatabaseCommandError::Seed(error)) if error.is_interruption() => {}
        Err(error) => {
            postgres.stop().await?;
            return Err(error);
        }
    }
    loop {
        select! {
            () = shutdown.cancelled() => return Ok(postgres.stop().await?),
            reason = postgres.ended() => error!("{reason}. Restarting it"),
        }
        // Unlocks the data folder.
        drop(postgres);
        let Some(again) = unless_cancelled(&shutdown, restart(&options)).await else {
            return Ok(());
        };
        postgres = again;
        info!("PostgreSQL accepts connections again");
    }
}

/// Returns the result of `work`, or `None` if `shutdown` comes first.
async fn unless_cancelled<T>(
    shutdown: &CancellationToken,
    work: impl Future<Output = T>,
) -> Option<T> {
    shutdown.run_until_cancelled(work).await
}

/// Creates schemas, accounts and a catalog, and writes the files that say how to connect.
async fn prepare(
    postgres: &EmbeddedPostgres,
    config: &DatabaseServerConfig,
    shutdown: &CancellationToken,
) -> Result<(), DatabaseCommandError> {
    let seed = Seed {
        url: postgres.url(),
        config: &config.catalog,
        commands: &ShellCommands::embedded(postgres),
    };
    seed.ensure(shutdown).await?;
    let file = roles::ensure(postgres).await?.keep(postgres)?;
    print_ready(postgres.port(), &file);
    Ok(())
}

/// Restarts PostgreSQL with increasing pauses until it succeeds.
async fn restart(options: &EmbeddedOptions) -> EmbeddedPostgres {
    let mut pause = Duration::from_millis(100);
    loop {
        match EmbeddedPostgres::start(options).await {
            Ok(postgres) => return postgres,
            Err(error) => error!(%error, "Cannot restart PostgreSQL: {error}"),
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn print_ready(port: u16, file: &Path) {
    let file = file.display();
    let text =
        format!("PostgreSQL is ready at 127.0.0.1:{port}; {file} has the URLs of its accounts.");
    if let Err(error) = stdout::print(text) {
        warn!(%error, "Cannot print how the database is reached: {error}");
    }
}
