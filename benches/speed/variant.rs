//! Workloads that are compared with each other, round by round.

use crate::{
    Bench,
    support::numbers::median,
    traffic::{self, Report, Workload},
};

/// One of the compared workloads.
pub struct Variant {
    /// Requests to send.
    pub workload: Workload,
    /// Good responses per second in each round.
    pub rates: Vec<f64>,
    /// Mean latency in each round, in milliseconds.
    latencies: Vec<f64>,
    /// Last failure; empty if there was none.
    faults: String,
}

impl Variant {
    /// Creates a variant without measurements.
    pub fn new(workload: Workload) -> Self {
        Self {
            workload,
            rates: Vec::new(),
            latencies: Vec::new(),
            faults: String::new(),
        }
    }

    /// Measures one round, with other ids than in earlier rounds.
    pub async fn round(&mut self) -> Report {
        self.workload.seed += 1;
        let report = traffic::run(&self.workload).await;
        self.rates.push(report.per_second());
        self.latencies.push(report.latency.mean_ms);
        if !report.is_clean() {
            self.faults = format!("; {}", report.faults());
        }
        report
    }

    /// Returns the good responses per second, as the median of all rounds.
    pub fn rate(&self) -> f64 {
        median(&mut self.rates.clone())
    }

    /// Returns the mean latency in milliseconds, as the median of all rounds.
    pub fn latency(&self) -> f64 {
        median(&mut self.latencies.clone())
    }

    /// Returns failures as text to append to the measurement; empty if there were none.
    pub fn faults(&self) -> &str {
        &self.faults
    }
}

/// Returns `workload` with the number of connections that gives the best rate.
pub async fn with_best_connections(
    bench: &Bench<'_>,
    mut workload: Workload,
    tried: &[usize],
) -> Workload {
    let duration = workload.duration;
    workload.duration = bench.plan.seconds(3, 1);
    let mut best = (0.0, workload.connections);
    for connections in tried {
        workload.connections = *connections;
        let rate = traffic::run(&workload).await.per_second();
        eprintln!("{connections} connections: {rate:.0}/s");
        if rate > best.0 {
            best = (rate, *connections);
        }
    }
    Workload {
        connections: best.1,
        duration,
        ..workload
    }
}

/// Returns the median over all rounds of the ratio of two rates.
pub fn ratio(ours: &[f64], theirs: &[f64]) -> f64 {
    let rounds = ours.iter().zip(theirs);
    let mut ratios: Vec<f64> = rounds.map(|(ours, theirs)| ours / theirs).collect();
    median(&mut ratios)
}
