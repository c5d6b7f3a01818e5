//! Result of a workload.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
    time::Duration,
};

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Measurements of the requests that were due during `duration`, after `warm_up`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    pub requests: u64,
    /// Responses with status 200 and a complete body.
    pub ok: u64,
    pub statuses: BTreeMap<u16, u64>,
    /// Requests without a complete response, and connection failures, by kind.
    pub errors: BTreeMap<String, u64>,
    pub body_bytes: u64,
    pub seconds: f64,
    /// From the due time to the end of the response.
    pub latency: Latency,
    /// From sending to the end of the response.
    pub service: Latency,
    /// Largest delay of the generator itself.
    pub behind_ms: f64,
    /// Share of one processor that the generator used.
    pub processor_share: f64,
}

impl Report {
    /// Returns good responses per second.
    pub fn per_second(&self) -> f64 {
        let ok = u32::try_from(self.ok).expect("a run has fewer requests");
        f64::from(ok) / self.seconds
    }

    /// Returns whether every response was good and no connection failed.
    pub fn is_clean(&self) -> bool {
        self.ok == self.requests && self.errors.is_empty()
    }

    /// Returns the errors and the statuses other than 200 as text.
    pub fn faults(&self) -> String {
        let errors = self.errors.iter();
        let errors = errors.map(|(what, count)| format!("{count} {what}"));
        let statuses = self.statuses.iter().filter(|(status, _)| **status != 200);
        let statuses = statuses.map(|(status, count)| format!("{count} with status {status}"));
        let faults: Vec<String> = errors.chain(statuses).collect();
        if faults.is_empty() {
            return "no error".to_owned();
        }
        format!("ERRORS: {}", faults.join(", "))
    }
}

/// Returns the failures of the first report that has any.
pub fn faults(reports: &[Report]) -> String {
    let unclean = reports.iter().find(|report| !report.is_clean());
    unclean.map_or_else(|| "no error".to_owned(), Report::faults)
}

impl Display for Report {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            requests, seconds, ..
        } = self;
        writeln!(formatter, "{requests} requests in {seconds:.1} s")?;
        writeln!(formatter, "{:.1} good answers/s", self.per_second())?;
        writeln!(formatter, "{}", self.faults())?;
        writeln!(formatter, "{} bytes of bodies", self.body_bytes)?;
        writeln!(formatter, "from when due:  {}", self.latency)?;
        writeln!(formatter, "from when sent: {}", self.service)?;
        write!(
            formatter,
            "the generator was at most {:.2} ms late and used {:.0} % of a processor",
            self.behind_ms,
            100.0 * self.processor_share
        )
    }
}

/// Latencies of requests.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the unit belongs to the name")]
pub struct Latency {
    pub mean_ms: f64,
    pub p50_ms: f64,
    pub p90_ms: f64,
    pub p99_ms: f64,
    pub p999_ms: f64,
    pub max_ms: f64,
}

impl Latency {
    /// Summarizes a histogram of nanoseconds; all zero if it is empty.
    pub fn of(nanoseconds: &Histogram<u64>) -> Self {
        let quantile = |quantile| {
            let value = Duration::from_nanos(nanoseconds.value_at_quantile(quantile));
            milliseconds(value)
        };
        Self {
            mean_ms: nanoseconds.mean() / 1e6,
            p50_ms: quantile(0.5),
            p90_ms: quantile(0.9),
            p99_ms: quantile(0.99),
            p999_ms: quantile(0.999),
            max_ms: quantile(1.0),
        }
    }
}

impl Display for Latency {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "mean {:.2} ms, p50 {:.2} ms, p90 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms, max {:.2} ms",
            self.mean_ms, self.p50_ms, self.p90_ms, self.p99_ms, self.p999_ms, self.max_ms
        )
    }
}

/// Converts a time to milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
