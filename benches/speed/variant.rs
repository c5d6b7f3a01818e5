//! Loads that are compared with each other, round by round.

use crate::{
    Bench,
    load::{self, Load, Report},
    support::numbers::median,
};

/// One of those that are compared.
pub struct Variant {
    /// Requests to send.
    pub load: Load,
    /// Good answers per second in each round.
    pub rates: Vec<f64>,
    /// Mean latency in each round, in milliseconds.
    latencies: Vec<f64>,
    /// Last failure; empty if there was none.
    faults: String,
}

impl Variant {
    /// A variant that has not been measured yet.
    pub fn new(load: Load) -> Self {
        Self {
            load,
            rates: Vec::new(),
            latencies: Vec::new(),
            faults: String::new(),
        }
    }

    /// Measures one round, with other ids than the rounds before.
    pub async fn round(&mut self) -> Report {
        self.load.seed += 1;
        let report = load::run(&self.load).await;
        self.rates.push(report.per_second());
        self.latencies.push(report.latency.mean_ms);
        if !report.is_clean() {
            self.faults = format!("; {}", report.faults());
        }
        report
    }

    /// Good answers per second, the median of all rounds.
    pub fn rate(&self) -> f64 {
        median(&mut self.rates.clone())
    }

    /// Mean latency, the median of all rounds, in milliseconds.
    pub fn latency(&self) -> f64 {
        median(&mut self.latencies.clone())
    }

    /// Failures, as text to append to the measurement; empty if there were none.
    pub fn faults(&self) -> &str {
        &self.faults
    }
}

/// `load` with as many connections as give the best rate.
pub async fn with_best_connections(bench: &Bench<'_>, mut load: Load, tried: &[usize]) -> Load {
    let duration = load.duration;
    load.duration = bench.plan.seconds(3, 1);
    let mut best = (0.0, load.connections);
    for connections in tried {
        load.connections = *connections;
        let rate = load::run(&load).await.per_second();
        eprintln!("{connections} connections: {rate:.0}/s");
        if rate > best.0 {
            best = (rate, *connections);
        }
    }
    Load {
        connections: best.1,
        duration,
        ..load
    }
}

/// The median over the rounds of how many times as fast the first was.
pub fn ratio(ours: &[f64], theirs: &[f64]) -> f64 {
    let rounds = ours.iter().zip(theirs);
    let mut ratios: Vec<f64> = rounds.map(|(ours, theirs)| ours / theirs).collect();
    median(&mut ratios)
}
