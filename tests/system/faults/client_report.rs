//! Report of a fault as clients saw it.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
    ops::Range,
    time::{Duration, Instant},
};

use crate::traffic::Sample;

/// Requests with their outcomes.
#[derive(Clone, Debug)]
pub struct Seen {
    samples: Vec<Sample>,
}

impl Seen {
    /// Creates the report of these requests.
    pub fn new(samples: Vec<Sample>) -> Self {
        Self { samples }
    }

    /// Returns the requests that were due in `window`.
    pub fn within(&self, window: Range<Instant>) -> Self {
        self.filter(|sample| window.contains(&sample.due))
    }

    /// Returns the requests that were due at `begin` or later.
    pub fn since(&self, begin: Instant) -> Self {
        self.filter(|sample| sample.due >= begin)
    }

    /// Returns the requests with a good response.
    pub fn good(&self) -> Self {
        self.filter(is_good)
    }

    /// Returns the requests without a good response.
    pub fn bad(&self) -> Self {
        self.filter(|sample| !is_good(sample))
    }

    fn filter(&self, predicate: impl Fn(&Sample) -> bool) -> Self {
        let samples = self.samples.iter().copied();
        Self::new(samples.filter(|sample| predicate(sample)).collect())
    }

    /// Returns the number of requests.
    pub fn count(&self) -> usize {
        self.samples.len()
    }

    /// Returns the numbers of failed requests, by reason.
    pub fn failures(&self) -> BTreeMap<String, usize> {
        let mut failures = BTreeMap::new();
        for sample in self.bad().samples {
            let what = match sample.outcome {
                Ok(status) => format!("with status {status}"),
                Err(what) => what.to_owned(),
            };
            *failures.entry(what).or_default() += 1;
        }
        failures
    }

    /// Returns whether all failed requests have one of these statuses.
    pub fn fails_only_with(&self, statuses: &[u16]) -> bool {
        let mut bad = self.bad().samples.into_iter();
        bad.all(|sample| {
            sample
                .outcome
                .is_ok_and(|status| statuses.contains(&status))
        })
    }

    /// Returns a percentile of the latency; zero without requests.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut times: Vec<Duration> = self.samples.iter().map(|sample| sample.took).collect();
        times.sort_unstable();
        let rank = (times.len() * percent).div_ceil(100).max(1);
        times.get(rank - 1).copied().unwrap_or_default()
    }

    /// Returns the time from `begin` until every later request has a good response within `limit`.
    pub fn normal_after(&self, begin: Instant, limit: Duration) -> Duration {
        let later = self.since(begin).samples.into_iter();
        let slow = later.filter(|sample| !is_good(sample) || sample.took > limit);
        slow.map(|sample| sample.due - begin)
            .max()
            .unwrap_or_default()
    }
}

fn is_good(sample: &Sample) -> bool {
    sample.outcome == Ok(200)
}

impl Display for Seen {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} requests, ", self.count())?;
        let failures = self.failures();
        if failures.is_empty() {
            write!(formatter, "none failed")?;
        }
        let failures: Vec<String> = failures
            .iter()
            .map(|(what, count)| format!("{count} {what}"))
            .collect();
        write!(
            formatter,
            "{}; p50 {}, p99 {}, max {}",
            failures.join(", "),
            milliseconds(self.percentile(50)),
            milliseconds(self.percentile(99)),
            milliseconds(self.percentile(100))
        )
    }
}

/// Formats a time for people.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// Prints a row of the table: the fault, its effect on clients, and the allowed effect.
#[expect(clippy::print_stdout, reason = "the table is what it is for")]
pub fn print_line(fault: &str, seen: &str, allowed: &str) {
    println!("| {fault} | {seen} | {allowed} |");
}
