//! Observation of requests: metrics, access log and spans.

mod access_log;

use std::time::{Duration, Instant};

use warp::http::{HeaderMap, HeaderValue, Method, Response};

use self::access_log::{AccessLog, Entry, method_name};
use super::{request::request_id, response::cache_status::CACHE_STATUS};
use crate::{
    config::TelemetryConfig,
    metrics::RouteMetrics,
    telemetry::traces::{self, Span, Traces, within},
};

/// Observer of requests.
pub(crate) struct Observer {
    traces: Traces,
    log: AccessLog,
}

/// Start and span of one request.
pub(crate) struct RequestObserver {
    start: Instant,
    span: Option<Span>,
}

/// A request and its response, with a body of type `B`.
pub(crate) struct Exchange<'a, B> {
    pub method: &'a Method,
    pub request: &'a HeaderMap,
    pub response: &'a Response<B>,
}

impl Observer {
    /// Creates an observer with `traces`, and an access log according to `config`.
    pub fn new(traces: Traces, config: &TelemetryConfig) -> Self {
        Self {
            traces,
            log: AccessLog::new(config),
        }
    }

    /// Starts the clock and the span of a request with these headers.
    pub fn begin(&self, headers: &HeaderMap) -> RequestObserver {
        RequestObserver {
            start: Instant::now(),
            span: self.traces.request(headers),
        }
    }

    /// Runs `work` in a child span of the request's span.
    pub async fn within<T>(&self, name: &'static str, work: impl Future<Output = T>) -> T {
        let span = self.traces.part(name);
        within(span.as_ref(), work).await
    }

    /// Records the response in the metrics of its route, the access log and the span.
    pub fn record<B>(
        &self,
        observed: &RequestObserver,
        route: &RouteMetrics,
        exchange: &Exchange<'_, B>,
    ) {
        let duration = observed.start.elapsed();
        let status = exchange.response.status().as_u16();
        route.observe(status, duration);
        let is_logged = self.log.wants(status, duration);
        if is_logged || observed.span.is_some() {
            let entry = observed.entry(route.template, exchange, duration);
            observed.end_span(&entry);
            if is_logged {
                entry.write();
            }
        }
    }
}

impl RequestObserver {
    /// Waits for the response, with the request's span as the current span.
    pub async fn follow<T>(&self, response: impl Future<Output = T>) -> T {
        within(self.span.as_ref(), response).await
    }

    /// Returns the entry of the access log. Out of line: most requests need none.
    #[cold]
    fn entry<B>(
        &self,
        route: &'static str,
        exchange: &Exchange<'_, B>,
        duration: Duration,
    ) -> Entry {
        let headers = exchange.response.headers();
        // A problem has its request id already.
        let request_id = headers.get(request_id::NAME).cloned();
        let request_id = request_id.unwrap_or_else(|| request_id::of(exchange.request));
        let trace_id = self.span.as_ref().map(Span::trace_id);
        Entry {
            method: method_name(exchange.method),
            route,
            status: exchange.response.status(),
            duration,
            cache: text(headers.get(CACHE_STATUS)),
            request_id: text(Some(&request_id)),
            trace_id: trace_id.or_else(|| traces::id_of(exchange.request)),
        }
    }

    #[cold]
    fn end_span(&self, entry: &Entry) {
        if let Some(span) = &self.span {
            entry.describe(span);
            span.end();
        }
    }
}

/// Returns the text of a header; empty if it is missing.
fn text(value: Option<&HeaderValue>) -> String {
    let text = value.and_then(|value| value.to_str().ok());
    text.unwrap_or_default().to_owned()
}
