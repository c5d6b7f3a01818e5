//! Settings of logs and traces.

use std::{fmt, str::FromStr, time::Duration};

use clap::{Args, ValueEnum};
use hyper::Uri;

use super::duration::parse_duration;

/// Path at which an OTLP collector accepts spans.
const SPANS_PATH: &str = "v1/traces";

/// Settings of the log.
#[derive(Args, Clone, Debug)]
pub struct LogConfig {
    /// Lowest level to log, or levels by module, for example `warn,atelierex::cache=debug`.
    #[arg(
        long,
        env = "ATELIEREX_LOG",
        value_name = "FILTER",
        default_value = "info",
        global = true
    )]
    pub log: String,

    /// Format of log lines. Default: text on a terminal, otherwise one JSON object for each line.
    #[arg(
        long,
        env = "ATELIEREX_LOG_FORMAT",
        value_name = "FORMAT",
        global = true
    )]
    pub log_format: Option<LogFormat>,
}

/// Format of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Settings of request logs and traces.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Telemetry")]
pub struct TelemetryConfig {
    /// Requests that are logged: none, failed (answered 5xx, or slower than --log-slow), or all.
    #[arg(
        long,
        env = "ATELIEREX_LOG_REQUESTS",
        value_name = "WHICH",
        default_value = "failed"
    )]
    pub log_requests: LoggedRequests,

    /// Duration above which a request counts as slow.
    #[arg(long, env = "ATELIEREX_LOG_SLOW", value_name = "DURATION", default_value = "1s", value_parser = parse_duration)]
    pub log_slow: Duration,

    /// OpenTelemetry collector to send spans to, by OTLP over HTTP: `http://host:port`. Default: no spans are created.
    #[arg(long, env = "ATELIEREX_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<OtlpEndpoint>,

    /// Share of requests that are traced, from 0 to 1. Requests whose `traceparent` is sampled are always traced.
    #[arg(
        long,
        env = "ATELIEREX_OTLP_SAMPLE",
        value_name = "RATIO",
        default_value = "0.01"
    )]
    pub otlp_sample: Ratio,
}

/// Requests that are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LoggedRequests {
    /// None.
    None,
    /// Requests that were answered 5xx or slowly.
    Failed,
    /// All.
    All,
}

/// URL at which a collector accepts spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtlpEndpoint(String);

impl OtlpEndpoint {
    /// Returns the whole URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0
    }
}

impl FromStr for OtlpEndpoint {
    type Err = String;

    /// Accepts `http` only: a collector runs beside the server, and this program has no TLS.
    fn from_str(text: &str) -> Result<Self, String> {
        let uri: Uri = text.parse().map_err(|error| format!("{error}"))?;
        if uri.scheme_str() != Some("http") || uri.host().is_none_or(str::is_empty) {
            return Err("an address like http://127.0.0.1:4318 is needed".into());
        }
        let base = text.trim_end_matches('/');
        Ok(Self(if base.ends_with(SPANS_PATH) {
            base.to_owned()
        } else {
            format!("{base}/{SPANS_PATH}")
        }))
    }
}

/// Parses a number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio(pub f64);

impl FromStr for Ratio {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number: f64 = text.parse().map_err(|error| format!("{error}"))?;
        if !(0.0..=1.0).contains(&number) {
            return Err("a number from 0 to 1 is needed".into());
        }
        Ok(Self(number))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::{OtlpEndpoint, Ratio};

    #[test]
    fn a_collector_url_may_omit_the_path() {
        for text in [
            "http://127.0.0.1:4318",
            "http://127.0.0.1:4318/",
            "http://127.0.0.1:4318/v1/traces",
        ] {
            let endpoint: OtlpEndpoint = text.parse().unwrap();
            assert_eq!(endpoint.url(), "http://127.0.0.1:4318/v1/traces", "{text}");
        }
        for text in [
            "",
            "127.0.0.1:4318",
            "https://collector",
            "http://",
            "grpc://x",
        ] {
            assert!(text.parse::<OtlpEndpoint>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_share_is_between_0_and_1() {
        for text in ["0", "1", "0.25", "1e-3"] {
            assert!(text.parse::<Ratio>().is_ok(), "{text}");
        }
        for text in ["", "-0.1", "1.01", "NaN", "inf", "half"] {
            assert!(text.parse::<Ratio>().is_err(), "{text}");
        }
    }
}
