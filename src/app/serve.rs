//! `atelierex serve`: builds and connects the parts that answer requests.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use hyper_util::service::TowerToHyperService;
use prometheus::IntCounter;
use tokio::{
    net::TcpListener,
    select,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::info;
use uuid::Uuid;

use super::{
    background::{auditor, canary::Canary},
    process::{port_taken::PortTaken, rlimit},
};
use crate::{
    cache::{DocumentCache, FetchWorkers},
    config::{PoolConfig, RefreshConfig, ServeConfig},
    db::pool::{self, Pool, SessionSettings},
    document::refresh::worker::Refresher,
    http::{
        admin::{self, Readiness},
        listener::{self, BindError},
        server::{self, ConnectionLimit},
        service::ClientService,
    },
    metrics::Metrics,
    search::{self, cache::SearchCache},
    telemetry::{
        self,
        traces::{ExporterError, Traces},
    },
};

/// Longest time for sending the last spans.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// Pause between two readiness checks during the start.
const READINESS_INTERVAL: Duration = Duration::from_millis(5);

/// Time after which a server that has not become the refresher assumes that another one is.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(2);

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

/// Parts of a server.
struct Server {
    config: ServeConfig,
    metrics: Arc<Metrics>,
    traces: Traces,
    pool: Pool,
    cache: DocumentCache,
    readiness: Arc<Readiness>,
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

impl Server {
    /// Builds the parts and starts the background tasks.
    fn start(
        database_url: &str,
        config: ServeConfig,
        metrics: Arc<Metrics>,
        traces: Traces,
        tasks: &mut JoinSet<()>,
    ) -> Self {
        let pool = fetch_pool(database_url, &config.pool);
        let search = search_cache(database_url, &config, &metrics);
        let (cache, work) = DocumentCache::new(
            database_url,
            &config.cache,
            &config.pool,
            pool.clone(),
            search,
            traces.clone(),
            Arc::clone(&metrics),
        );
        let workers = Arc::new(work.fetch);
        for _ in 0..config.pool.fetch_connections.get() {
            tasks.spawn(fetch(Arc::clone(&workers)));
        }
        tasks.spawn(async move { workers.probe().await });
        tasks.spawn(work.read_your_writes.run());
        tasks.spawn(work.feed.run());
        if !config.refresh.no_refresh {
            tasks.spawn(refresher(database_url, &config.refresh, &cache, &metrics).run());
        }
        let readiness = Arc::new(Readiness::new(cache.clone()));
        Self {
            config,
            metrics,
            traces,
            pool,
            cache,
            readiness,
        }
    }

    /// Starts the tasks that check the others: auditor and canary.
    fn watch(&self, database_url: &str, public: SocketAddr, tasks: &mut JoinSet<()>) {
        let config = &self.config.refresh;
        if config.audit_rate > 0 {
            let url = config.url(database_url);
            let (cache, metrics) = (self.cache.clone(), Arc::clone(&self.metrics));
            tasks.spawn(auditor::run(
                url.to_owned(),
                config.audit_rate,
                cache,
                metrics,
            ));
        }
        if let Some(product) = config.canary_product {
            let canary = Canary {
                database_url: config.write_url(database_url).to_owned(),
                server: public,
                product,
                metrics: Arc::clone(&self.metrics),
            };
            tasks.spawn(canary.run());
        }
    }

    /// Answers requests until `shutdown`. The admin listener stays open until the last request is answered.
    async fn run(&self, public: TcpListener, admin: TcpListener, shutdown: &CancellationToken) {
        let (stop_public, stop_admin) = (CancellationToken::new(), CancellationToken::new());
        let limits = &self.config.server;
        let service = ClientService::new(
            self.cache.clone(),
            &self.config,
            self.traces.clone(),
            &self.metrics,
        );
        let observe = self.observer(service.clone());
        let (limit, admin_limit) = self.connection_limits();
        let answer_clients = async {
            select! {
                () = self.until_ready() => {}
                () = stop_public.cancelled() => {}
            }
            server::serve(public, service, limits, limit, &stop_public).await;
            stop_admin.cancel();
        };
        let routes = admin::routes(
            Arc::clone(&self.metrics),
            Arc::clone(&self.readiness),
            observe,
        );
        let service = TowerToHyperService::new(warp::service(routes));
        let answer_admin = server::serve(admin, service, limits, admin_limit, &stop_admin);
        let stop = async {
            shutdown.cancelled().await;
            self.readiness.stop();
            sleep(limits.drain_delay).await;
            stop_public.cancel();
        };
        tokio::join!(answer_clients, answer_admin, stop);
    }

    /// Limits on the connections of each listener, so that neither takes connections from the other.
    fn connection_limits(&self) -> (ConnectionLimit, ConnectionLimit) {
        let (limits, metrics) = (&self.config.server, &self.metrics);
        let clients = ConnectionLimit {
            max: limits.max_connections.get(),
            open: metrics.http_connections.clone(),
            accepted: metrics.http_connections_accepted.clone(),
        };
        let admin = ConnectionLimit {
            max: limits.admin_max_connections.get(),
            open: metrics.admin_connections.clone(),
            accepted: metrics.admin_connections_accepted.clone(),
        };
        (clients, admin)
    }

    /// Waits until requests can be answered, at most as long as a request may wait for the database.
    ///
    /// Clients that connect earlier wait in the kernel's queue. Otherwise a starting server would reject requests that
    /// other servers behind the same edge could answer.
    async fn until_ready(&self) {
        let ready = async {
            while self.readiness.reason_not_ready().is_some() {
                sleep(READINESS_INTERVAL).await;
            }
        };
        // The database may be away. Then rejecting requests is better than waiting.
        let _ = timeout(self.config.pool.request_timeout, ready).await;
    }

    /// Waits until requests can be answered, and until this server or another one is the refresher.
    async fn until_settled(&self) {
        while self.readiness.reason_not_ready().is_some() || self.metrics.database_up.get() == 0 {
            sleep(READINESS_INTERVAL).await;
        }
        if !self.config.refresh.no_refresh {
            let composes = async {
                while self.metrics.refresher_held.get() == 0 {
                    sleep(READINESS_INTERVAL).await;
                }
            };
            let _ = timeout(SETTLE_TIMEOUT, composes).await;
        }
    }

    /// Updates the metrics that are computed on demand.
    fn observer(&self, service: ClientService) -> impl Fn() + Clone + Send + Sync + 'static {
        let (metrics, pool, cache) = (
            Arc::clone(&self.metrics),
            self.pool.clone(),
            self.cache.clone(),
        );
        move || {
            cache.observe();
            observe_pool(&pool, &metrics);
            let bytes = service.bytes_in_flight().try_into();
            metrics
                .http_response_buffer_bytes
                .set(bytes.unwrap_or(i64::MAX));
            raise(
                &metrics.log_lines_dropped,
                telemetry::dropped_lines() as u64,
            );
        }
    }
}

fn fetch_pool(database_url: &str, config: &PoolConfig) -> Pool {
    let settings = SessionSettings {
        application_name: "atelierex fetch",
        statement_timeout: config.statement_timeout,
        script: "",
    };
    pool::new(database_url, config.fetch_connections, settings, config)
}

/// Creates the search with connections of its own, so that documents never wait for it.
fn search_cache(database_url: &str, config: &ServeConfig, metrics: &Arc<Metrics>) -> SearchCache {
    let settings = SessionSettings {
        application_name: "atelierex search",
        statement_timeout: config.search.search_timeout,
        script: search::ranking::SESSION_SETTINGS,
    };
    let connections = config.search.search_connections;
    let pool = pool::new(database_url, connections, settings, &config.pool);
    SearchCache::new(pool, &config.search, Arc::clone(metrics))
}

/// Starts the refresher. Documents written by this server reach its own feed at once.
fn refresher(
    database_url: &str,
    config: &RefreshConfig,
    cache: &DocumentCache,
    metrics: &Arc<Metrics>,
) -> Refresher<impl Fn() + use<>> {
    let url = config.url(database_url);
    let cache = cache.clone();
    let wake_feed = move || cache.wake_feed();
    Refresher::new(url, config, Uuid::new_v4(), Arc::clone(metrics), wake_feed)
}

async fn fetch(workers: Arc<FetchWorkers>) {
    workers.work().await;
}

/// Raises a counter to a total that is counted elsewhere.
fn raise(counter: &IntCounter, total: u64) {
    counter.inc_by(total.saturating_sub(counter.get()));
}

fn observe_pool(pool: &Pool, metrics: &Metrics) {
    let state = pool.state();
    let (connections, idle) = (state.connections, state.idle_connections);
    metrics.pool_connections.set(connections.into());
    metrics
        .pool_connections_in_use
        .set(connections.saturating_sub(idle).into());
    let statistics = state.statistics;
    let waited = statistics.get_wait_time.as_secs_f64() - metrics.pool_wait_seconds.get();
    metrics.pool_wait_seconds.inc_by(waited.max(0.0));
    raise(&metrics.pool_timeouts, statistics.get_timed_out);
    raise(
        &metrics.pool_connections_broken,
        statistics.connections_closed_broken,
    );
}
