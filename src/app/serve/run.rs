//! Runs a server: answers requests on both listeners until the shutdown, then drains.

use std::{sync::Arc, time::Duration};

use hyper_util::service::TowerToHyperService;
use tokio::{
    net::TcpListener,
    select,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{metrics, parts::Server};
use crate::http::{
    admin,
    server::{self, ConnectionLimit},
    service::ClientService,
};

/// Pause between two readiness checks during the start.
const READINESS_INTERVAL: Duration = Duration::from_millis(5);

/// Time after which a server that has not become the refresher assumes that another one is.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(2);

impl Server {
    /// Answers requests until `shutdown`. The admin listener stays open until the last request is answered.
    pub async fn run(&self, public: TcpListener, admin: TcpListener, shutdown: &CancellationToken) {
        let (stop_public, stop_admin) = (CancellationToken::new(), CancellationToken::new());
        let limits = &self.config.server;
        let service = ClientService::new(
            self.cache.clone(),
            &self.config,
            self.traces.clone(),
            &self.metrics,
        );
        let observe = metrics::observer(self, service.clone());
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
    pub async fn until_settled(&self) {
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
}
