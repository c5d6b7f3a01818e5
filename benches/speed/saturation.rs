//! Highest rate of one server, and the resource that limits it.

use crate::{
    Bench, Results,
    open_loop::CONNECTIONS,
    support::{process::processor_seconds, server::Server},
    traffic::{self, Report, Workload},
};

/// Target of the search.
const WHAT: &str = "the highest rate with p99 ≤ 50 ms and no error, 4,000 connections, random ids";

/// Longest response time that counts as fast, in milliseconds.
const P99_MS: f64 = 50.0;

/// Ratio below which two rates count as equal.
const PRECISION: f64 = 1.05;

/// Factor to the next rate while trials succeed.
const STEP: f64 = 1.5;

/// Trial of a rate.
struct Trial {
    rate: f64,
    report: Report,
    /// Used shares of one processor.
    server: f64,
    postgres: f64,
}

impl Trial {
    fn is_met(&self) -> bool {
        self.report.is_clean() && self.report.latency.p99_ms <= P99_MS
    }

    fn usage(&self) -> String {
        format!(
            "server {:.0} %, PostgreSQL {:.0} %, generator {:.0} % of one processor",
            100.0 * self.server,
            100.0 * self.postgres,
            100.0 * self.report.processor_share
        )
    }
}

/// Searches for the highest rate with a good p99.
pub async fn measure(bench: &Bench<'_>, results: &mut Results) {
    let server = Server::start(&bench.database_url).await;
    let workload = Workload {
        connections: CONNECTIONS,
        duration: bench.plan.seconds(4, 1),
        ..Workload::product_mix(&server.public, bench.plan.products)
    };
    let closed = traffic::run(&workload).await.per_second();
    let trials = if bench.plan.is_quick { 5 } else { 8 };
    let (best, failed) = search(bench, &server, &workload, 0.5 * closed, trials).await;
    let Some(best) = best else {
        let measured = format!("none of the rates tried ({closed:.0}/s in a closed loop)");
        results.table.row(WHAT, "printed", measured);
        return;
    };
    let latency = best.report.latency;
    let limit = failed.map_or_else(String::new, |failed| {
        let p99 = failed.report.latency.p99_ms;
        let faults = failed.report.faults();
        let usage = failed.usage();
        format!(
            "; at {:.0}/s p99 {p99:.0} ms, {faults}, with {usage}",
            failed.rate
        )
    });
    let measured = format!(
        "{:.0}/s with p50 {:.1} ms, p99 {:.1} ms ({closed:.0}/s in a closed loop); {}{limit}",
        best.rate,
        latency.p50_ms,
        latency.p99_ms,
        best.usage()
    );
    results.table.row(WHAT, "printed", measured);
}

/// Returns the best rate that succeeded, and the lowest that failed.
async fn search(
    bench: &Bench<'_>,
    server: &Server,
    workload: &Workload,
    first: f64,
    trials: usize,
) -> (Option<Trial>, Option<Trial>) {
    let (mut best, mut failed): (Option<Trial>, Option<Trial>) = (None, None);
    let mut rate = first;
    for _ in 0..trials {
        let mut trial = attempt(bench, server, workload, rate).await;
        if !trial.is_met() {
            // A single failure proves nothing: other work may have kept the machine busy.
            trial = attempt(bench, server, workload, rate).await;
        }
        if trial.is_met() {
            best = Some(trial);
        } else {
            failed = Some(trial);
        }
        rate = match (&best, &failed) {
            (Some(best), Some(failed)) if failed.rate < best.rate * PRECISION => break,
            (Some(best), Some(failed)) => best.rate.midpoint(failed.rate),
            (Some(best), None) => best.rate * STEP,
            (None, _) => rate / 2.0,
        };
    }
    (best, failed)
}

async fn attempt(bench: &Bench<'_>, server: &Server, workload: &Workload, rate: f64) -> Trial {
    let workload = Workload {
        rate: Some(rate),
        ..workload.clone()
    };
    let postgres = bench.scratch.postgres.pid();
    let used = || (processor_seconds(server.pid()), processor_seconds(postgres));
    let before = used();
    let report = traffic::run(&workload).await;
    let after = used();
    let seconds = (workload.warm_up + workload.duration).as_secs_f64();
    let trial = Trial {
        rate,
        server: (after.0 - before.0) / seconds,
        postgres: (after.1 - before.1) / seconds,
        report,
    };
    let p99 = trial.report.latency.p99_ms;
    eprintln!(
        "{rate:.0}/s: p99 {p99:.1} ms, {}, {}",
        trial.report.faults(),
        trial.usage()
    );
    trial
}
