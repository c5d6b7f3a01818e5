//! `atelierex up`: starts database, schemas, catalog and server on one machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{
    roles::{self, RoleError},
    seed::{self, Seed, SeedError},
    serve::{self, ServeError},
    shell_commands::ShellCommands,
};
use crate::{
    config::UpConfig,
    db::embedded::{EmbeddedError, EmbeddedOptions, EmbeddedPostgres},
    stdout, telemetry,
};

/// Reason why the system could not be started.
#[derive(Debug, thiserror::Error)]
pub enum UpError {
    /// The embedded PostgreSQL failed.
    #[error(transparent)]
    Postgres(#[from] EmbeddedError),
    /// The accounts could not be created.
    #[error(transparent)]
    Roles(#[from] RoleError),
    /// There is no catalog.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// The server failed.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

/// This program built the URLs of the accounts.
const VALID: &str = "the URL of an embedded database is valid";

/// Starts everything, serves until `shutdown`, and stops everything.
///
/// # Errors
///
/// See [`UpError`]; parts that had started are stopped.
pub async fn run(config: UpConfig, shutdown: CancellationToken) -> Result<(), UpError> {
    serve::check_ports(&config.serve)?;
    if let Some(url) = config.database_url.clone() {
        return on_external_database(&url, config, shutdown).await;
    }
    let options = EmbeddedOptions::from(&config.embedded);
    if !options.has_cluster() {
        seed::check(&config.catalog)?;
    }
    let postgres = tokio::select! {
        postgres = EmbeddedPostgres::start(&options) => postgres?,
        () = shutdown.cancelled() => return Ok(()),
    };
    let result = on_embedded(&postgres, config, shutdown).await;
    postgres.stop().await?;
    result
}

/// Fills and serves the database named in the settings.
async fn on_external_database(
    url: &str,
    config: UpConfig,
    shutdown: CancellationToken,
) -> Result<(), UpError> {
    let commands = ShellCommands::external();
    let Some(product) = fill(url, &config, &commands, &shutdown).await? else {
        return Ok(());
    };
    let welcome = Welcome::new(&config, commands, product);
    serve::serve(url, config.serve, shutdown, |public, _| {
        welcome.print(public);
    })
    .await?;
    Ok(())
}

/// Fills an embedded database and serves it with accounts of minimal privileges.
async fn on_embedded(
    postgres: &EmbeddedPostgres,
    mut config: UpConfig,
    shutdown: CancellationToken,
) -> Result<(), UpError> {
    let commands = ShellCommands::embedded(postgres);
    let Some(product) = fill(postgres.url(), &config, &commands, &shutdown).await? else {
        return Ok(());
    };
    let urls = roles::ensure(postgres).await?;
    urls.keep(postgres)?;
    let welcome = Welcome::new(&config, commands, product);
    let refresh = &mut config.serve.refresh;
    refresh.refresh_database_url = Some(urls.refresh.parse().expect(VALID));
    refresh.write_database_url = Some(urls.write.parse().expect(VALID));
    serve::serve(&urls.serve, config.serve, shutdown, |public, _| {
        welcome.print(public);
    })
    .await?;
    Ok(())
}

/// Ensures that there is a catalog and returns one of its products; `None` if `shutdown` came first.
async fn fill(
    url: &str,
    config: &UpConfig,
    commands: &ShellCommands,
    shutdown: &CancellationToken,
) -> Result<Option<i64>, UpError> {
    let catalog = &config.catalog;
    let seed = Seed {
        url,
        config: catalog,
        commands,
    };
    match seed.ensure(shutdown).await {
        Err(error) if error.is_interruption() => Ok(None),
        // An empty catalog has no product.
        result => Ok(Some(result?.unwrap_or(1))),
    }
}

/// Instructions that are printed when the server is ready.
struct Welcome {
    commands: ShellCommands,
    /// Product for the example requests.
    product: i64,
    has_page: bool,
}

impl Welcome {
    fn new(config: &UpConfig, commands: ShellCommands, product: i64) -> Self {
        Self {
            commands,
            product,
            has_page: !config.serve.http.no_catalog_page,
        }
    }

    /// Prints the instructions, as the last output unless something fails.
    fn print(&self, public: SocketAddr) {
        telemetry::flush();
        if let Err(error) = stdout::print(self.text(public)) {
            warn!(%error, "Cannot print how the server is reached: {error}");
        }
    }

    fn text(&self, public: SocketAddr) -> String {
        let (base, product) = (format!("http://{}", reachable(public)), self.product);
        let first = if self.has_page { "/" } else { "/products" };
        let (program, psql) = (self.commands.program(), self.commands.psql());
        let load = self.commands.load("DIR".as_ref());
        let (database, stop) = if self.commands.data_dir().is_some() {
            ("Its database", "Ctrl-C stops everything")
        } else {
            (
                "Its database, where DATABASE_URL is set as here",
                "Ctrl-C stops the server; the database is yours",
            )
        };
        let remove = self.commands.remove();
        format!(
            "
Atelierex is ready: open {base}{first} in a browser, or try

  curl {base}/products
  curl {base}/products/{product}
  curl {base}/products/{product}/styles

{database}:
  {psql}
The program:
  {program}
Load an export of yours, the folder DIR, in place of this catalog:
  {load}
{stop}. This removes what it made, when it is stopped:
  {remove}"
        )
    }
}

/// Returns the address at which a browser on this machine reaches a listener.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
