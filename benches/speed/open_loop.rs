//! Four thousand connections at published rates.

use std::time::Duration;

use crate::{
    Bench, Results,
    support::{
        numbers::{median, worst},
        server::Server,
    },
    traffic::{self, Report, Workload, faults},
};

/// Connections of visitors.
pub const CONNECTIONS: usize = 4_000;

/// A rate with its target.
struct Row {
    what: &'static str,
    target: &'static str,
    short: &'static str,
    rate: f64,
    warm_up: Duration,
    p99_ms: f64,
}

/// The best published rate of the replaced service, and the best one claimed for any replacement.
const ROWS: [Row; 2] = [
    Row {
        what: "4,000 connections at 3,992 requests/s, random ids over the whole catalog, cold cache, no NGINX",
        target: "p99 ≤ 10 ms, no error",
        short: "3,992 requests/s, cold cache",
        rate: 3_992.0,
        warm_up: Duration::ZERO,
        p99_ms: 10.0,
    },
    Row {
        what: "4,000 connections at 10,000 requests/s, one server, random ids",
        target: "p99 ≤ 15 ms, no error",
        short: "10,000 requests/s",
        rate: 10_000.0,
        warm_up: Duration::from_secs(1),
        p99_ms: 15.0,
    },
];

/// Measures each rate on a server that was just started, in turn.
pub async fn measure(bench: &Bench<'_>, results: &mut Results) {
    let mut reports = ROWS.each_ref().map(|_| Vec::new());
    for round in 0..bench.plan.rounds {
        for (row, reports) in ROWS.iter().zip(&mut reports) {
            let report = run(bench, row, round).await;
            eprintln!("{}: {}, {}", row.short, report.latency, report.faults());
            reports.push(report);
        }
    }
    for (row, reports) in ROWS.iter().zip(&reports) {
        judge(row, reports, results);
    }
}

async fn run(bench: &Bench<'_>, row: &Row, round: usize) -> Report {
    let server = Server::start(&bench.database_url).await;
    let workload = Workload {
        connections: CONNECTIONS,
        rate: Some(row.rate),
        warm_up: row.warm_up,
        duration: bench.plan.seconds(10, 3),
        seed: 1 + round as u64,
        ..Workload::product_mix(&server.public, bench.plan.products)
    };
    traffic::run(&workload).await
}

fn judge(row: &Row, reports: &[Report], results: &mut Results) {
    let all = |value: fn(&Report) -> f64| reports.iter().map(value).collect::<Vec<f64>>();
    let middle = |value| median(&mut all(value));
    let p99 = middle(|report| report.latency.p99_ms);
    let measured = format!(
        "mean {:.2} ms, p50 {:.2} ms, p99 {p99:.2} ms, max {:.1} ms, {}; generator at most {:.1} ms late",
        middle(|report| report.latency.mean_ms),
        middle(|report| report.latency.p50_ms),
        worst(&all(|report| report.latency.max_ms)),
        faults(reports),
        worst(&all(|report| report.behind_ms)),
    );
    let is_clean = reports.iter().all(Report::is_clean);
    let is_met = is_clean && p99 <= row.p99_ms;
    results
        .table
        .judged(row.what, row.target, is_met, &measured);
    let title = "p99 with 4,000 connections, in ms: shorter is better";
    let (target, ours) = (
        format!("target, {}", row.short),
        format!("Atelierex, {}", row.short),
    );
    results.chart.bar(title, &target, row.p99_ms);
    results.chart.bar(title, &ours, p99);
}
