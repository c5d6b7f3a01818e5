//! State that the routes share.

use crate::{
    cache::DocumentCache,
    config::ServeConfig,
    http::{observe::Observer, response::responder::Responder},
    metrics::Metrics,
    telemetry::traces::Traces,
};

/// State that the routes share. Each part owns what it does.
pub(crate) struct State {
    pub cache: DocumentCache,
    pub responder: Responder,
    pub observer: Observer,
    /// Maximum number of products in one response.
    pub max_page_count: usize,
}

impl State {
    /// Creates the state of a server that answers from `cache`.
    pub fn new(
        cache: DocumentCache,
        config: &ServeConfig,
        traces: Traces,
        metrics: &Metrics,
    ) -> Self {
        Self {
            cache,
            responder: Responder::new(config, metrics),
            observer: Observer::new(traces, &config.telemetry),
            max_page_count: config.http.max_page_count.get(),
        }
    }
}
