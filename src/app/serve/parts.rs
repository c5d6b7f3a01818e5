//! Parts of a server: builds and connects them, and starts the background tasks.

use std::{net::SocketAddr, sync::Arc};

use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    app::background::{auditor, canary::Canary},
    cache::{DocumentCache, FetchWorkers},
    config::{PoolConfig, RefreshConfig, ServeConfig},
    db::pool::{self, Pool, SessionSettings},
    document::refresh::worker::Refresher,
    http::admin::Readiness,
    metrics::Metrics,
    search::{self, cache::SearchCache},
    telemetry::traces::Traces,
};

/// Parts of a server.
pub struct Server {
    pub config: ServeConfig,
    pub metrics: Arc<Metrics>,
    pub traces: Traces,
    pub pool: Pool,
    pub cache: DocumentCache,
    pub readiness: Arc<Readiness>,
}

impl Server {
    /// Builds the parts and starts the background tasks.
    pub fn start(
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
    pub fn watch(&self, database_url: &str, public: SocketAddr, tasks: &mut JoinSet<()>) {
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
