//! All metrics of this process, in one struct that is passed to its users.
//!
//! Each metric is declared once, below. Its doc comment is its help text.

use std::{process, time::Duration};

use prometheus::{
    Counter, Encoder as _, Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter,
    IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
    process_collector::ProcessCollector,
};

/// Upper bounds for the duration of a request, in seconds.
const RESPONSE_SECONDS: [f64; 14] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1.0,
];

/// Upper bounds for the duration of a statement, in seconds.
const STATEMENT_SECONDS: [f64; 11] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
];

/// Upper bounds for the age of a change, in seconds.
const FRESHNESS_SECONDS: [f64; 15] = [
    0.001, 0.002_5, 0.005, 0.01, 0.015, 0.025, 0.04, 0.06, 0.1, 0.15, 0.25, 0.5, 1.0, 5.0, 30.0,
];

/// Upper bounds for the size of a batch.
const BATCH_SIZES: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

macro_rules! metrics {
    ($($(#[doc = $help:literal])+ $field:ident: $type:ident = $make:expr, $name:literal;)+) => {
        /// All metrics of this process.
        pub struct Metrics {
            registry: Registry,
            $($(#[doc = $help])+ pub $field: $type,)+
        }

        impl Metrics {
            /// Creates all metrics, at zero, in a registry of their own.
            #[must_use]
            pub fn new() -> Self {
                let registry = Registry::new();
                $(
                    let help = concat!($($help),+).trim();
                    let $field: $type = $make(Opts::new(concat!("atelierex_", $name), help))
                        .expect("the declarations are well formed");
                    registry
                        .register(Box::new($field.clone()))
                        .expect("no name is declared twice");
                )+
                let metrics = Self { registry, $($field),+ };
                metrics.describe_process();
                metrics
            }
        }
    };
}

metrics! {
    /// Requests completed, by route template and status.
    http_requests: IntCounterVec = |opts| IntCounterVec::new(opts, &["route", "status"]), "http_requests_total";
    /// Duration of requests in seconds, from head to response, by route template.
    http_request_duration_seconds: HistogramVec = |opts| HistogramVec::new(histogram(opts, &RESPONSE_SECONDS), &["route"]), "http_request_duration_seconds";
    /// Open client connections.
    http_connections: IntGauge = IntGauge::with_opts, "http_connections";
    /// Accepted client connections.
    http_connections_accepted: IntCounter = IntCounter::with_opts, "http_connections_accepted_total";
    /// Open connections of the admin listener.
    admin_connections: IntGauge = IntGauge::with_opts, "admin_connections";
    /// Accepted connections of the admin listener.
    admin_connections_accepted: IntCounter = IntCounter::with_opts, "admin_connections_accepted_total";
    /// Memory of composed responses in flight, in bytes.
    http_response_buffer_bytes: IntGauge = IntGauge::with_opts, "http_response_buffer_bytes";
    /// Responses rejected because others took all of the response buffer.
    http_response_buffer_rejections: IntCounter = IntCounter::with_opts, "http_response_buffer_rejections_total";
    /// Products answered from memory.
    cache_hits: IntCounter = IntCounter::with_opts, "cache_hits_total";
    /// Products that were not in memory.
    cache_misses: IntCounter = IntCounter::with_opts, "cache_misses_total";
    /// Products that were in memory, but of an earlier publication or known to have changed.
    cache_outdated: IntCounter = IntCounter::with_opts, "cache_outdated_total";
    /// Products answered from memory while the database was away.
    cache_stale_served: IntCounter = IntCounter::with_opts, "cache_stale_served_total";
    /// Fetched products that were not cached because they had changed meanwhile.
    cache_admissions_rejected: IntCounter = IntCounter::with_opts, "cache_admissions_rejected_total";
    /// Products evicted to free memory.
    cache_evictions: IntCounter = IntCounter::with_opts, "cache_evictions_total";
    /// Memory of the cached products, in bytes, as estimated by the cache.
    cache_bytes: IntGauge = IntGauge::with_opts, "cache_bytes";
    /// Capacity of the cache, in bytes.
    cache_capacity_bytes: IntGauge = IntGauge::with_opts, "cache_capacity_bytes";
    /// Average memory of a cached product, in bytes, as estimated by the cache.
    cache_bytes_per_product: Gauge = Gauge::with_opts, "cache_bytes_per_product";
    /// Products in memory.
    cache_entries: IntGauge = IntGauge::with_opts, "cache_entries";
    /// Responses refused because a stored document could not be parsed. Must stay 0.
    documents_malformed: IntCounter = IntCounter::with_opts, "documents_malformed_total";
    /// Products fetched by one statement.
    fetch_batch_products: Histogram = |opts| Histogram::with_opts(histogram(opts, &BATCH_SIZES)), "fetch_batch_products";
    /// Duration of one fetch statement in seconds, with the wait for a connection.
    fetch_duration_seconds: Histogram = |opts| Histogram::with_opts(histogram(opts, &STATEMENT_SECONDS)), "fetch_duration_seconds";
    /// Batches that could not be fetched.
    fetch_failures: IntCounter = IntCounter::with_opts, "fetch_failures_total";
    /// Products waiting to be fetched.
    fetch_queue: IntGauge = IntGauge::with_opts, "fetch_queue";
    /// Products not fetched because the fetch queue was full.
    fetch_rejected: IntCounter = IntCounter::with_opts, "fetch_rejected_total";
    /// Duration of a search that was not cached, in seconds, with the wait for a connection.
    search_duration_seconds: Histogram = |opts| Histogram::with_opts(histogram(opts, &STATEMENT_SECONDS)), "search_duration_seconds";
    /// Searches that failed or timed out.
    search_failures: IntCounter = IntCounter::with_opts, "search_failures_total";
    /// Searches rejected because the search queue was full.
    search_rejected: IntCounter = IntCounter::with_opts, "search_rejected_total";
    /// Connections in the pool.
    pool_connections: IntGauge = IntGauge::with_opts, "pool_connections";
    /// Pooled connections in use.
    pool_connections_in_use: IntGauge = IntGauge::with_opts, "pool_connections_in_use";
    /// Time spent waiting for pooled connections, in seconds.
    pool_wait_seconds: Counter = Counter::with_opts, "pool_wait_seconds_total";
    /// Waits for a pooled connection that timed out.
    pool_timeouts: IntCounter = IntCounter::with_opts, "pool_timeouts_total";
    /// Pooled connections closed because they had failed.
    pool_connections_broken: IntCounter = IntCounter::with_opts, "pool_connections_broken_total";
    /// 1 if the last attempt to read from the database succeeded, else 0.
    database_up: IntGauge = IntGauge::with_opts, "database_up";
    /// 1 if requests can be answered (the catalog index is loaded, the server is not stopping), else 0.
    ready: IntGauge = IntGauge::with_opts, "ready";
    /// Position in the feed of changes that this server has reached.
    feed_position: IntGauge = IntGauge::with_opts, "feed_position";
    /// Polls of the change feed.
    feed_polls: IntCounter = IntCounter::with_opts, "feed_polls_total";
    /// Polls of the change feed that failed.
    feed_failures: IntCounter = IntCounter::with_opts, "feed_failures_total";
    /// Changed products seen in the feed.
    feed_changes: IntCounter = IntCounter::with_opts, "feed_changes_total";
    /// Versions in the feed that this server has not read yet.
    feed_lag: IntGauge = IntGauge::with_opts, "feed_lag";
    /// Time until a change is in this server's memory, in seconds, by stage: queued (changed to composed), fed (composed to memory), total.
    freshness_seconds: HistogramVec = |opts| HistogramVec::new(histogram(opts, &FRESHNESS_SECONDS), &["stage"]), "freshness_seconds";
    /// 1 if this server holds the refresher lease, else 0.
    refresher_held: IntGauge = IntGauge::with_opts, "refresher_held";
    /// Products composed again because they changed.
    refresh_composed: IntCounter = IntCounter::with_opts, "refresh_composed_total";
    /// Refreshed products whose documents differed and were written.
    refresh_written: IntCounter = IntCounter::with_opts, "refresh_written_total";
    /// Products quarantined because composing them failed.
    refresh_quarantines: IntCounter = IntCounter::with_opts, "refresh_quarantines_total";
    /// Products in quarantine.
    refresh_quarantined_products: IntGauge = IntGauge::with_opts, "refresh_quarantined_products";
    /// Duration of a batch of composed products, in seconds.
    refresh_batch_duration_seconds: Histogram = |opts| Histogram::with_opts(histogram(opts, &STATEMENT_SECONDS)), "refresh_batch_duration_seconds";
    /// Refresher sessions that ended with an error or a timeout.
    refresh_failures: IntCounter = IntCounter::with_opts, "refresh_failures_total";
    /// Changed products and styles in the queue, counted up to 100000.
    change_queue_keys: IntGauge = IntGauge::with_opts, "change_queue_keys";
    /// Queued chunks of products that one statement changed together.
    change_queue_chunks: IntGauge = IntGauge::with_opts, "change_queue_chunks";
    /// Age of the oldest pending change, in seconds.
    change_queue_age_seconds: Gauge = Gauge::with_opts, "change_queue_age_seconds";
    /// Dead rows of the queue, not yet vacuumed.
    change_queue_dead_rows: IntGauge = IntGauge::with_opts, "change_queue_dead_rows";
    /// Size of the queue with its indexes, in bytes.
    change_queue_bytes: IntGauge = IntGauge::with_opts, "change_queue_bytes";
    /// Time that requests with `Cache-Control: no-cache` waited for earlier changes, in seconds.
    consistent_read_wait_seconds: Histogram = |opts| Histogram::with_opts(histogram(opts, &FRESHNESS_SECONDS)), "consistent_read_wait_seconds";
    /// Requests with `Cache-Control: no-cache` rejected because their queue was full.
    consistent_reads_rejected: IntCounter = IntCounter::with_opts, "consistent_reads_rejected_total";
    /// Products that the auditor compared with their recomputation and with the cache.
    audit_products: IntCounter = IntCounter::with_opts, "audit_products_total";
    /// Products whose stored or cached documents differ from their recomputation. Must stay 0.
    audit_mismatches: IntCounter = IntCounter::with_opts, "audit_mismatches_total";
    /// Time from a change of the canary product to a response of this server that shows it, in seconds.
    canary_duration_seconds: Histogram = |opts| Histogram::with_opts(histogram(opts, &FRESHNESS_SECONDS)), "canary_duration_seconds";
    /// Changes of the canary product that failed or were not seen in time.
    canary_failures: IntCounter = IntCounter::with_opts, "canary_failures_total";
    /// Spans that the collector accepted.
    otlp_spans_sent: IntCounter = IntCounter::with_opts, "otlp_spans_sent_total";
    /// Spans dropped because the collector did not take them in time.
    otlp_spans_dropped: IntCounter = IntCounter::with_opts, "otlp_spans_dropped_total";
    /// Log lines dropped because the writer fell behind.
    log_lines_dropped: IntCounter = IntCounter::with_opts, "log_lines_dropped_total";
    /// Publications that this server switched to, including the one at its start.
    publications: IntCounter = IntCounter::with_opts, "publications_total";
    /// Products in the catalog.
    products: IntGauge = IntGauge::with_opts, "products";
    /// Always 1, with the version of this program as a label.
    build_info: IntGaugeVec = |opts| IntGaugeVec::new(opts, &["version"]), "build_info";
}

fn histogram(opts: Opts, bounds: &[f64]) -> HistogramOpts {
    HistogramOpts {
        common_opts: opts,
        buckets: bounds.to_vec(),
    }
}

impl Metrics {
    fn describe_process(&self) {
        self.build_info
            .with_label_values(&[env!("CARGO_PKG_VERSION")])
            .set(1);
        let pid = process::id().try_into().expect("process ids are positive");
        self.registry
            .register(Box::new(ProcessCollector::new(pid, "")))
            .expect("no other metric begins with process_");
    }

    /// Metrics of one route, resolved once, so that requests do not look them up.
    #[must_use]
    pub fn route(&self, template: &'static str) -> RouteMetrics {
        RouteMetrics {
            template,
            seconds: self
                .http_request_duration_seconds
                .with_label_values(&[template]),
            ok: self.http_requests.with_label_values(&[template, "200"]),
            not_modified: self.http_requests.with_label_values(&[template, "304"]),
            requests: self.http_requests.clone(),
        }
    }

    /// Returns all metrics in Prometheus' text format, version 0.0.4.
    #[must_use]
    pub fn render(&self) -> Vec<u8> {
        let mut text = Vec::new();
        TextEncoder::new()
            .encode(&self.registry.gather(), &mut text)
            .expect("memory takes what is written to it");
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// Metrics of one route.
#[derive(Clone)]
pub struct RouteMetrics {
    /// Template of the route, for example `/products/{id}`.
    pub template: &'static str,
    seconds: Histogram,
    ok: IntCounter,
    not_modified: IntCounter,
    requests: IntCounterVec,
}

impl RouteMetrics {
    /// Counts a response that took `elapsed`.
    pub fn observe(&self, status: u16, elapsed: Duration) {
        self.seconds.observe(elapsed.as_secs_f64());
        match status {
            200 => self.ok.inc(),
            304 => self.not_modified.inc(),
            other => self
                .requests
                .with_label_values(&[self.template, &other.to_string()])
                .inc(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Metrics;

    #[test]
    fn every_metric_has_a_help_text_and_our_prefix() {
        let metrics = Metrics::new();
        let text = String::from_utf8(metrics.render()).unwrap();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let name = line.split(['{', ' ']).next().unwrap();
            let base = ["_bucket", "_sum", "_count"]
                .iter()
                .fold(name, |name, suffix| name.trim_end_matches(suffix));
            assert!(
                name.starts_with("atelierex_") || name.starts_with("process_"),
                "{name}"
            );
            assert!(text.contains(&format!("# HELP {base} ")), "{name}");
        }
    }

    #[test]
    fn responses_are_counted_by_route_and_status() {
        let metrics = Metrics::new();
        let route = metrics.route("/products/{id}");
        for status in [200, 200, 304, 404] {
            route.observe(status, Duration::from_millis(1));
        }
        let text = String::from_utf8(metrics.render()).unwrap();
        for line in [
            r#"atelierex_http_requests_total{route="/products/{id}",status="200"} 2"#,
            r#"atelierex_http_requests_total{route="/products/{id}",status="304"} 1"#,
            r#"atelierex_http_requests_total{route="/products/{id}",status="404"} 1"#,
            r#"atelierex_http_request_duration_seconds_count{route="/products/{id}"} 4"#,
        ] {
            assert!(text.contains(line), "{line}");
        }
    }
}
