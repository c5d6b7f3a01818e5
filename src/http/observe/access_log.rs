//! Access log: one line per request. The request's span gets the same attributes.

use std::time::Duration;

use tracing::info;
use warp::http::{Method, StatusCode};

use crate::{
    config::{LoggedRequests, TelemetryConfig},
    telemetry::traces::Span,
};

/// Selection of the requests that are logged.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccessLog {
    requests: LoggedRequests,
    slow: Duration,
}

/// Attributes of a request. Each is limited in length and characters.
pub(super) struct Entry {
    pub method: &'static str,
    pub route: &'static str,
    pub status: StatusCode,
    pub duration: Duration,
    pub cache: String,
    pub request_id: String,
    pub trace_id: Option<String>,
}

impl AccessLog {
    /// Creates the selection from the settings.
    pub fn new(config: &TelemetryConfig) -> Self {
        Self {
            requests: config.log_requests,
            slow: config.log_slow,
        }
    }

    /// Returns whether a request is logged.
    pub fn wants(self, status: u16, duration: Duration) -> bool {
        match self.requests {
            LoggedRequests::None => false,
            LoggedRequests::Failed => status >= 500 || duration >= self.slow,
            LoggedRequests::All => true,
        }
    }
}

impl Entry {
    /// Writes the line.
    pub fn write(&self) {
        info!(
            route = self.route,
            method = self.method,
            status = self.status.as_u16(),
            duration_ms = self.duration.as_secs_f64() * 1_000.0,
            cache = self.cache,
            request_id = self.request_id,
            trace_id = self.trace_id.as_deref().unwrap_or_default(),
            "Request completed"
        );
    }

    /// Sets the attributes of the span, named by OpenTelemetry's semantic conventions where they exist.
    pub fn describe(&self, span: &Span) {
        span.name(format!("{} {}", self.method, self.route));
        span.set("http.request.method", self.method);
        span.set("http.route", self.route);
        span.set("http.response.status_code", i64::from(self.status.as_u16()));
        span.set("cache.status", self.cache.clone());
        span.set("request.id", self.request_id.clone());
        if self.status.is_server_error() {
            span.fail();
        }
    }
}

/// Returns the name of a standard method. Other names may be as long as a request head.
pub(super) fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "_OTHER",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{AccessLog, LoggedRequests};

    #[test]
    fn only_failed_or_slow_requests_get_a_line_by_default() {
        let [fast, slow] = [999, 1_000].map(Duration::from_millis);
        for (requests, expected) in [
            (LoggedRequests::None, [false, false, false]),
            (LoggedRequests::Failed, [false, true, true]),
            (LoggedRequests::All, [true, true, true]),
        ] {
            let log = AccessLog {
                requests,
                slow: Duration::from_secs(1),
            };
            let wanted = [
                log.wants(404, fast),
                log.wants(200, slow),
                log.wants(503, fast),
            ];
            assert_eq!(wanted, expected, "{requests:?}");
        }
    }
}
