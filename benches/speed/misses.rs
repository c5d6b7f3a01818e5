//! Misses against the database's own reads.

use crate::{
    Bench, Results,
    peers::pgbench::Pgbench,
    support::{
        numbers::median,
        server::{Server, ServerOptions},
    },
    traffic::Workload,
    variant::{Variant, ratio},
};

/// Workload that is measured.
const WHAT: &str = "misses per second (cache off) against `pgbench -M prepared` one-row reads, each with its traffic generator on all processors";

const TARGET: f64 = 0.75;

/// Title of the chart's group.
const TITLE: &str = "Misses per second, cache off";

/// Numbers of connections that are measured.
const CONNECTIONS: [usize; 2] = [64, 256];

/// Minimum share of the responses that are read from the database. Concurrent requests for one product share a read.
const READ: f64 = 0.98;

/// Compares Atelierex without a cache with `pgbench`.
pub async fn measure(bench: &Bench<'_>, results: &mut Results) {
    let products = bench.plan.products;
    let Some(mut pgbench) = Pgbench::find(bench.scratch, &bench.database_url, products) else {
        let measured = "not measured: no `pgbench` beside the server's programs".to_owned();
        results.table.row(WHAT, "≥ 0.75 ×, aim 1.0 ×", measured);
        return;
    };
    let server = without_cache(bench).await;
    let resting = server.pause();
    pgbench.tune(bench.plan.seconds(4, 2)).await;
    drop(resting);
    let mut variants = CONNECTIONS.map(|connections| {
        Variant::new(Workload {
            connections,
            duration: bench.plan.seconds(5, 2),
            ..Workload::product_mix(&server.public, products)
        })
    });
    let mut reads = Vec::new();
    let mut share = f64::INFINITY;
    for round in 1..=bench.plan.rounds {
        let resting = server.pause();
        reads.push(pgbench.rate(bench.plan.seconds(5, 2)).await);
        drop(resting);
        for variant in &mut variants {
            share = share.min(share_read(&server, variant).await);
        }
        eprintln!("Round {round} of {}", bench.plan.rounds);
    }
    report(&variants, &reads, &pgbench, share, results);
}

/// Starts a server without a cache.
pub async fn without_cache(bench: &Bench<'_>) -> Server {
    let options = ServerOptions {
        arguments: &["--cache-capacity-bytes", "0"],
        ..ServerOptions::default()
    };
    Server::start_with(&bench.database_url, &options).await
}

/// Measures one round. Returns the share of the responses that the server read from the database.
async fn share_read(server: &Server, variant: &mut Variant) -> f64 {
    let found = server.metric("atelierex_cache_hits_total");
    let missed = server.metric("atelierex_cache_misses_total");
    variant.round().await;
    let found = server.metric("atelierex_cache_hits_total") - found;
    let missed = server.metric("atelierex_cache_misses_total") - missed;
    missed / (found + missed)
}

fn report(
    variants: &[Variant],
    reads: &[f64],
    pgbench: &Pgbench,
    share: f64,
    results: &mut Results,
) {
    let times = |variant: &Variant| ratio(&variant.rates, reads);
    let best = variants
        .iter()
        .max_by(|one, other| times(one).total_cmp(&times(other)))
        .expect("several are measured");
    let rates: Vec<String> = variants.iter().map(describe).collect();
    let median = median(&mut reads.to_vec());
    let (clients, threads) = pgbench.shape;
    let measured = format!(
        "{:.2} × ({}, {:.1} % of them read; pgbench {median:.0}/s with -c {clients} -j {threads}, its best; medians of {})",
        times(best),
        rates.join(", "),
        100.0 * share,
        reads.len()
    );
    let is_met = times(best) >= TARGET && best.faults().is_empty() && share >= READ;
    results
        .table
        .judged(WHAT, "≥ 0.75 ×, aim 1.0 ×", is_met, &measured);
    results.chart.bar(TITLE, "Atelierex", best.rate());
    results.chart.bar(TITLE, "pgbench, one-row reads", median);
}

fn describe(variant: &Variant) -> String {
    let connections = variant.workload.connections;
    format!(
        "{:.0}/s with {connections} connections{}",
        variant.rate(),
        variant.faults()
    )
}
