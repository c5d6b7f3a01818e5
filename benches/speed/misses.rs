//! Answers that are read from the database for each request, against the database's own reads.

use crate::{
    Bench, Results,
    load::Load,
    peers::pgbench::Pgbench,
    support::{
        numbers::median,
        server::{Server, ServerOptions},
    },
    variant::{Side, ratio},
};

/// What is measured.
const WHAT: &str = "misses per second (cache off) against `pgbench -M prepared` one-row reads, each with its load generator on all processors";

const TARGET: f64 = 0.75;

/// Title of the chart's group.
const TITLE: &str = "Misses per second, cache off";

/// Numbers of connections that are measured.
const CONNECTIONS: [usize; 2] = [64, 256];

/// Share of the answers that has to be read: products that are asked for twice at the same time are read once.
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
    let mut sides = CONNECTIONS.map(|connections| {
        Side::new(Load {
            connections,
            duration: bench.plan.seconds(5, 2),
            ..Load::product_mix(&server.public, products)
        })
    });
    let mut reads = Vec::new();
    let mut share = f64::INFINITY;
    for round in 1..=bench.plan.rounds {
        let resting = server.pause();
        reads.push(pgbench.rate(bench.plan.seconds(5, 2)).await);
        drop(resting);
        for side in &mut sides {
            share = share.min(share_read(&server, side).await);
        }
        eprintln!("Round {round} of {}", bench.plan.rounds);
    }
    report(&sides, &reads, &pgbench, share, results);
}

/// Starts a server that keeps nothing in memory.
pub async fn without_cache(bench: &Bench<'_>) -> Server {
    let options = ServerOptions {
        arguments: &["--cache-capacity-bytes", "0"],
        ..ServerOptions::default()
    };
    Server::start_with(&bench.database_url, &options).await
}

/// Measures one round; the share of the answers that the server read from the database for it.
async fn share_read(server: &Server, side: &mut Side) -> f64 {
    let found = server.metric("atelierex_cache_hits_total");
    let missed = server.metric("atelierex_cache_misses_total");
    side.round().await;
    let found = server.metric("atelierex_cache_hits_total") - found;
    let missed = server.metric("atelierex_cache_misses_total") - missed;
    missed / (found + missed)
}

fn report(sides: &[Side], reads: &[f64], pgbench: &Pgbench, share: f64, results: &mut Results) {
    let times = |side: &Side| ratio(&side.rates, reads);
    let best = sides
        .iter()
        .max_by(|one, other| times(one).total_cmp(&times(other)))
        .expect("several are measured");
    let rates: Vec<String> = sides.iter().map(describe).collect();
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

fn describe(side: &Side) -> String {
    let connections = side.load.connections;
    format!(
        "{:.0}/s with {connections} connections{}",
        side.rate(),
        side.faults()
    )
}
