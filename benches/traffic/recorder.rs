//! Counts and latencies of the requests that were due during the measurement.

use std::{
    collections::BTreeMap,
    ops::Range,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;

use super::{
    report::{Latency, Report, milliseconds},
    response::Answer,
};

/// Shorter times count as this, in nanoseconds.
const SHORTEST: u64 = 1_000;

/// Longer times count as this, in nanoseconds.
const LONGEST: u64 = 600_000_000_000;

/// Significant digits of times.
const DIGITS: u8 = 3;

/// A request that was sent.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub due: Instant,
    pub sent: Instant,
}

/// A request with its outcome.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Time at which it was due.
    pub due: Instant,
    /// From the due time to the end of the response, or until it failed.
    pub took: Duration,
    /// The status, or the reason why there is none.
    pub outcome: Result<u16, &'static str>,
}

/// Counts and times so far.
pub struct Recorder {
    window: Range<Instant>,
    /// Every request, if they are recorded.
    samples: Option<Vec<Sample>>,
    requests: u64,
    statuses: BTreeMap<u16, u64>,
    errors: BTreeMap<String, u64>,
    body_bytes: u64,
    latency: Histogram<u64>,
    service: Histogram<u64>,
    behind: Duration,
    /// Share of one processor that the generator used.
    pub processor_share: f64,
}

impl Recorder {
    /// Creates an empty recorder. Requests that are due outside of `window` do not count.
    pub fn new(window: Range<Instant>) -> Self {
        Self {
            window,
            samples: None,
            requests: 0,
            statuses: BTreeMap::new(),
            errors: BTreeMap::new(),
            body_bytes: 0,
            latency: histogram(),
            service: histogram(),
            behind: Duration::ZERO,
            processor_share: 0.0,
        }
    }

    /// The same, which also records every request.
    pub fn keeping(window: Range<Instant>) -> Self {
        Self {
            samples: Some(Vec::new()),
            ..Self::new(window)
        }
    }

    /// Records a response.
    pub fn answered(&mut self, request: Request, answer: &Answer, now: Instant) {
        if !self.window.contains(&request.due) {
            return;
        }
        self.requests += 1;
        *self.statuses.entry(answer.status).or_default() += 1;
        self.body_bytes += answer.body_bytes;
        self.keep(request.due, now, Ok(answer.status));
        record(&mut self.latency, now - request.due);
        record(&mut self.service, now - request.sent);
    }

    /// Records a request that failed. The time until now counts as its latency.
    pub fn failed(&mut self, due: Instant, what: &'static str, now: Instant) {
        if !self.window.contains(&due) {
            return;
        }
        self.requests += 1;
        record(&mut self.latency, now - due);
        self.keep(due, now, Err(what));
        self.incidents(what, 1);
    }

    fn keep(&mut self, due: Instant, now: Instant, outcome: Result<u16, &'static str>) {
        if let Some(samples) = &mut self.samples {
            let took = now - due;
            samples.push(Sample { due, took, outcome });
        }
    }

    /// Counts errors of connections.
    pub fn incidents(&mut self, what: &str, count: u64) {
        if count > 0 {
            *self.errors.entry(what.to_owned()).or_default() += count;
        }
    }

    /// Records the delay with which the generator handles a due request.
    pub fn turned_to(&mut self, due: Instant, now: Instant) {
        if self.window.contains(&due) {
            self.behind = self.behind.max(now - due);
        }
    }

    /// Returns every request, ordered by their ends; empty if they were not recorded.
    pub fn samples(self) -> Vec<Sample> {
        self.samples.unwrap_or_default()
    }

    /// Returns the report.
    pub fn report(self) -> Report {
        let duration = self.window.end - self.window.start;
        Report {
            requests: self.requests,
            ok: self.statuses.get(&200).copied().unwrap_or(0),
            statuses: self.statuses,
            errors: self.errors,
            body_bytes: self.body_bytes,
            seconds: duration.as_secs_f64(),
            latency: Latency::of(&self.latency),
            service: Latency::of(&self.service),
            behind_ms: milliseconds(self.behind),
            processor_share: self.processor_share,
        }
    }
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(SHORTEST, LONGEST, DIGITS).expect("the bounds are in order")
}

fn record(histogram: &mut Histogram<u64>, time: Duration) {
    histogram.saturating_record(u64::try_from(time.as_nanos()).unwrap_or(LONGEST));
}
