//! `atelierex database`: the embedded PostgreSQL by itself, for servers that are other processes.

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

/// Longest pause between two attempts to start a server that has ended.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Reason why the database does not run.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseCommandError {
    /// There is no embedded PostgreSQL.
    #[error(transparent)]
    Postgres(EmbeddedError),
    /// Another program listens on the port.
    #[error(transparent)]
    PortTaken(#[from] PortTaken),
    /// The accounts could not be made.
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

/// Starts PostgreSQL, fills it, and starts it again whenever it dies, until `shutdown`.
///
/// # Errors
///
/// See [`DatabaseCommandError`]. Not for a server that dies later: it is started again until that succeeds.
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
    let Some(started) = unless(&shutdown, EmbeddedPostgres::start(&options)).await else {
        return Ok(());
    };
    let mut postgres = started?;
    // Who knows the port knows it for good.
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
            reason = postgres.ended() => error!("{reason}. Starting it again"),
        }
        // Gives its folder back.
        drop(postgres);
        let Some(again) = unless(&shutdown, start_again(&options)).await else {
            return Ok(());
        };
        postgres = again;
        info!("PostgreSQL accepts connections again");
    }
}

/// Returns the result of `work`, or none if `shutdown` comes first.
async fn unless<T>(shutdown: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
    shutdown.run_until_cancelled(work).await
}

/// Makes the schemas, the accounts and a catalog, and says how they are reached.
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

/// Tries again and again, at once and then less often.
async fn start_again(options: &EmbeddedOptions) -> EmbeddedPostgres {
    let mut pause = Duration::from_millis(100);
    loop {
        match EmbeddedPostgres::start(options).await {
            Ok(postgres) => return postgres,
            Err(error) => error!(%error, "Cannot start PostgreSQL again: {error}"),
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn print_ready(port: u16, file: &Path) {
    let file = file.display();
    let text = format!("PostgreSQL is ready at 127.0.0.1:{port}; {file} says how it is reached.");
    if let Err(error) = stdout::print(text) {
        warn!(%error, "Cannot print how the database is reached: {error}");
    }
}
