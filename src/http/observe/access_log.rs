//! What is said of a request, in a line of the log and by its span.

use std::time::Duration;

use tracing::info;
use warp::http::{Method, StatusCode};

use crate::{
    config::{LoggedRequests, TelemetryConfig},
    telemetry::traces::Span,
};

/// Which requests get a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestLog {
    requests: LoggedRequests,
    slow: Duration,
}

/// What is said of a request. Nothing in it is as long or as odd as a client likes.
pub(crate) struct Line {
    pub method: &'static str,
    pub route: &'static str,
    pub status: StatusCode,
    pub elapsed: Duration,
    pub cache: String,
    pub request_id: String,
    pub trace_id: Option<String>,
}

impl RequestLog {
    /// As the settings say.
    pub fn new(config: &TelemetryConfig) -> Self {
        Self {
            requests: config.log_requests,
            slow: config.log_slow,
        }
    }

    /// Whether an answer gets a line.
    pub fn wants(self, status: u16, elapsed: Duration) -> bool {
        match self.requests {
            LoggedRequests::None => false,
            LoggedRequests::Failed => status >= 500 || elapsed >= self.slow,
            LoggedRequests::All => true,
        }
    }
}

impl Line {
    /// Writes it into the log.
    pub fn write(&self) {
        info!(
            route = self.route,
            method = self.method,
            status = self.status.as_u16(),
            milliseconds = self.elapsed.as_secs_f64() * 1_000.0,
            cache = self.cache,
            request_id = self.request_id,
            trace_id = self.trace_id.as_deref().unwrap_or_default(),
            "Answered"
        );
    }

    /// Says it of the request's span, in the words of OpenTelemetry where it has any.
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

/// The name of a method, if it is a usual one: others may be as long as a head.
pub(crate) fn method_name(method: &Method) -> &'static str {
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

    use super::{LoggedRequests, RequestLog};

    #[test]
    fn only_what_failed_or_was_slow_gets_a_line_unless_all_do() {
        let [fast, slow] = [999, 1_000].map(Duration::from_millis);
        for (requests, expected) in [
            (LoggedRequests::None, [false, false, false]),
            (LoggedRequests::Failed, [false, true, true]),
            (LoggedRequests::All, [true, true, true]),
        ] {
            let log = RequestLog {
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
