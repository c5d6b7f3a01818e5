//! Competitors on one processor, with the resource that limits each.

use std::time::Instant;

use crate::{
    support::{numbers::median, process::processor_seconds, server::Server},
    traffic::Workload,
    variant::Variant,
};

/// Share of its processor above which the generator is the limit, in percent.
const AT_THE_LIMIT: f64 = 97.0;

/// Atelierex, or a peer with the same documents.
pub struct Competitor {
    /// Its name in the chart.
    pub name: &'static str,
    /// The workload and its measurements.
    pub variant: Variant,
    /// The process that answers.
    pid: u32,
    /// Share of its processor that it used in each round, in percent.
    answering: Vec<f64>,
    /// Share of its processor that the generator used in each round, in percent.
    asking: Vec<f64>,
    /// Cache hits and misses of Atelierex in all rounds.
    found: f64,
    missed: f64,
}

impl Competitor {
    /// Result of the process `pid` under `workload`.
    pub fn new(name: &'static str, pid: u32, workload: Workload) -> Self {
        Self {
            name,
            variant: Variant::new(workload),
            pid,
            answering: Vec::new(),
            asking: Vec::new(),
            found: 0.0,
            missed: 0.0,
        }
    }

    /// Measures one round. `server` is Atelierex, which is paused while a peer is measured.
    pub async fn round(&mut self, server: &Server) {
        let (found, missed) = looked_up(server);
        let paused = (self.pid != server.pid()).then(|| server.pause());
        let (used, began) = (processor_seconds(self.pid), Instant::now());
        let report = self.variant.round().await;
        let used = processor_seconds(self.pid) - used;
        drop(paused);
        self.answering
            .push(100.0 * used / began.elapsed().as_secs_f64());
        self.asking.push(100.0 * report.processor_share);
        let (found_now, missed_now) = looked_up(server);
        self.found += found_now - found;
        self.missed += missed_now - missed;
    }

    /// Returns whether every response was good and a hit.
    pub fn is_sound(&self) -> bool {
        self.missed == 0.0 && self.variant.faults().is_empty()
    }

    /// Returns the rate, the share of hits, and the limiting resource.
    pub fn measured(&self) -> String {
        let rate = self.variant.rate();
        let answering = median(&mut self.answering.clone());
        let asking = median(&mut self.asking.clone());
        let limit = if asking > AT_THE_LIMIT {
            ", THE GENERATOR WAS THE LIMIT"
        } else {
            ""
        };
        format!(
            "{rate:.0}/s{} with {answering:.0} % of its processor ({:.1} µs each) and {asking:.0} % of the generator's{limit}{}",
            self.hits(),
            answering * 1e4 / rate,
            self.variant.faults()
        )
    }

    /// Returns the share of Atelierex's responses that came from memory; `None` for a peer.
    fn hits(&self) -> String {
        let all = self.found + self.missed;
        if all == 0.0 {
            return String::new();
        }
        format!(", {:.2} % hits,", 100.0 * self.found / all)
    }
}

/// Returns cache hits and misses of Atelierex.
fn looked_up(server: &Server) -> (f64, f64) {
    (
        server.metric("atelierex_cache_hits_total"),
        server.metric("atelierex_cache_misses_total"),
    )
}
