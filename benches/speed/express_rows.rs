//! Hits and misses against the service that Atelierex replaces.

use crate::{
    Bench, Results, hits,
    misses::without_cache,
    peers::{
        agreement::{self, Answering},
        everything,
        express::Express,
        nginx,
    },
    support::server::{Server, ServerOptions},
    three_instances,
    traffic::Workload,
    variant::{Variant, ratio, with_best_connections},
};

/// Numbers of connections to try with Express.
const CONNECTIONS: [usize; 4] = [16, 32, 64, 256];

/// Title of the chart's group.
const TITLE: &str = "Requests per second, server and generator on all processors";

/// Compares Atelierex with one instance, and measures three instances behind NGINX.
pub async fn measure(bench: &Bench<'_>, results: &mut Results) {
    let Some(express) = Express::install(&bench.database_url) else {
        let measured = "not measured: there is no Node with npm; scripts/bench installs it";
        let row = "hits and misses per second against Express";
        results
            .table
            .row(row, "≥ 50 × and ≥ 30 ×", measured.to_owned());
        return;
    };
    one_instance(bench, &express, results).await;
    if nginx::is_installed() {
        three_instances::measure(bench, &express, results).await;
    }
}

/// Measures hits and misses against one instance.
async fn one_instance(bench: &Bench<'_>, express: &Express, results: &mut Results) {
    let instance = express.start().await;
    let (caching, reading) = (caching(bench).await, without_cache(bench).await);
    let peers = [Answering::alike("Express", &instance.address)];
    agreement::check(&caching.public, &peers, bench.plan.products).await;
    let workload = |address: &str, ids: u64| Workload {
        duration: bench.plan.seconds(5, 2),
        ..Workload::product_mix(address, ids)
    };
    let few = hits::products(bench);
    everything::ask(&caching.public, &["/products/{id}"], 1..=few).await;
    let asked = workload(&instance.address, bench.plan.products);
    let both_rest = (caching.pause(), reading.pause());
    let asked = with_best_connections(bench, asked, &CONNECTIONS).await;
    drop(both_rest);
    let mut hits = Variant::new(workload(&caching.public, few));
    let mut misses = Variant::new(workload(&reading.public, bench.plan.products));
    let mut theirs = Variant::new(asked);
    for round in 1..=bench.plan.rounds {
        eprintln!("Round {round} of {}", bench.plan.rounds);
        let reading_rests = reading.pause();
        hits.round().await;
        let _caching_rests = caching.pause();
        theirs.round().await;
        drop(reading_rests);
        misses.round().await;
    }
    report(&hits, "hits", 50.0, &theirs, results);
    report(&misses, "misses", 30.0, &theirs, results);
    results.chart.bar(TITLE, "Atelierex, hits", hits.rate());
    results.chart.bar(TITLE, "Atelierex, misses", misses.rate());
    results.chart.bar(TITLE, "Express", theirs.rate());
}

/// Starts a server with memory for all requested products.
async fn caching(bench: &Bench<'_>) -> Server {
    let options = ServerOptions {
        arguments: &["--cache-capacity-bytes", "2147483648"],
        ..ServerOptions::default()
    };
    Server::start_with(&bench.database_url, &options).await
}

fn report(ours: &Variant, kind: &str, target: f64, theirs: &Variant, results: &mut Results) {
    let times = ratio(&ours.rates, &theirs.rates);
    let measured = format!(
        "{times:.1} × ({:.0}/s with {} connections{}; Express {:.0}/s with {}, its best{}; medians of {})",
        ours.rate(),
        ours.workload.connections,
        ours.faults(),
        theirs.rate(),
        theirs.workload.connections,
        theirs.faults(),
        ours.rates.len()
    );
    results.table.judged(
        &format!(
            "{kind} per second against Express, each with its traffic generator on all processors"
        ),
        &format!("≥ {target:.0} ×"),
        times >= target && ours.faults().is_empty() && theirs.faults().is_empty(),
        &measured,
    );
}
