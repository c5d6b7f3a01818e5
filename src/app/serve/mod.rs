//! `atelierex serve`: builds and connects the parts that answer requests.

mod metrics;
mod parts;
mod run;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{net::TcpListener, select, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;
use tracing::info;

use self::parts::Server;
use super::process::{port_taken::PortTaken, rlimit};
use crate::{
    config::ServeConfig,
    http::listener::{self, BindError},
    metrics::Metrics,
    telemetry::traces::{ExporterError, Traces},
};

/// Longest time for sending the last spans.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// Reason why the server cannot start or has stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address could not be listened on.
    #[error(transparent)]
    Bind(BindError),
    /// Another program listens on the port.
    #[error(transparent)]
    PortTaken(#[from] PortTaken),
    /// The operating system does not report the address of a listener.
    #[error("cannot read the listener's address")]
    Address(#[source] io::Error),
    /// The exporter of spans could not be created.
    #[error(transparent)]
    Exporter(#[from] ExporterError),
    /// A task that runs forever has ended, which is a defect of this program.
    #[error("a background task has ended")]
    TaskEnded,
}

impl From<BindError> for ServeError {
    fn from(error: BindError) -> Self {
        if error.reason.kind() == io::ErrorKind::AddrInUse {
            PortTaken::new(error.address, error.setting).into()
        } else {
            Self::Bind(error)
        }
    }
}

/// Checks that both ports are free, before slower steps begin.
///
/// # Errors
///
/// An address that cannot be listened on.
pub(super) fn check_ports(config: &ServeConfig) -> Result<(), ServeError> {
    // Closed at once: clients must not connect before requests can be answered.
    listen(config).map(drop)
}

/// Opens the public and the admin listener.
fn listen(config: &ServeConfig) -> Result<(TcpListener, TcpListener), ServeError> {
    let timeout = config.server.write_timeout;
    let public = listener::bind(config.listen, "--listen", timeout)?;
    let admin = listener::bind(config.admin_listen, "--admin-listen", timeout)?;
    Ok((public, admin))
}

/// Serves the catalog of the database until `shutdown`, then drains.
///
/// The database may be away: the server becomes ready when it is back. Calls `on_ready` with both addresses (public,
/// admin) when requests are answered and the start is logged completely.
///
/// # Errors
///
/// An address that cannot be listened on. Database failures are not errors here.
pub async fn serve(
    database_url: &str,
    config: ServeConfig,
    shutdown: CancellationToken,
    on_ready: impl FnOnce(SocketAddr, SocketAddr),
) -> Result<(), ServeError> {
    let (public, admin) = listen(&config)?;
    let address = |listener: &TcpListener| listener.local_addr().map_err(ServeError::Address);
    let (public_address, admin_address) = (address(&public)?, address(&admin)?);
    rlimit::raise(config.server.max_connections.get());
    info!(public = %public_address, admin = %admin_address, "Listening on http://{public_address}");
    let mut tasks = JoinSet::new();
    let metrics = Arc::new(Metrics::new());
    let (traces, exporter) = Traces::new(&config.telemetry, &metrics)?;
    let (stop_export, mut exports) = (CancellationToken::new(), JoinSet::new());
    if let Some(exporter) = exporter {
        exports.spawn(exporter.run(stop_export.clone()));
    }
    let server = Server::start(database_url, config, metrics, traces, &mut tasks);
    server.watch(database_url, public_address, &mut tasks);
    let greet = async {
        server.until_settled().await;
        on_ready(public_address, admin_address);
    };
    let answer = async {
        tokio::join!(
            server.run(public, admin, &shutdown),
            shutdown.run_until_cancelled(greet)
        )
    };
    let result = select! {
        _ = answer => Ok(()),
        // These tasks run forever, so the task has panicked.
        _ = tasks.join_next() => Err(ServeError::TaskEnded),
    };
    tasks.shutdown().await;
    stop_export.cancel();
    // Sends the remaining spans, within a time limit.
    let _ = timeout(FLUSH_TIMEOUT, exports.join_next()).await;
    info!("Stopped");
    result
}
