//! Metrics that are computed when they are requested.

use std::sync::Arc;

use prometheus::IntCounter;

use super::parts::Server;
use crate::{db::pool::Pool, http::service::ClientService, metrics::Metrics, telemetry};

/// Returns a function that updates these metrics.
pub fn observer(
    server: &Server,
    service: ClientService,
) -> impl Fn() + Clone + Send + Sync + 'static + use<> {
    let (metrics, pool, cache) = (
        Arc::clone(&server.metrics),
        server.pool.clone(),
        server.cache.clone(),
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
