//! Hits on one processor, against NGINX on one processor.

use crate::{
    Bench, Results,
    competitor::Competitor,
    peers::{documents, nginx},
    setup::{GENERATOR_PROCESSOR, Setup, full_server},
    support::{arguments, server::Server},
    traffic::Workload,
    variant::ratio,
};

/// Number of requested products, unless `--hit-products` is given.
const PRODUCTS: u64 = 100_000;

/// Number of requested products with `--quick`.
const QUICK_PRODUCTS: u64 = 5_000;

/// Compares Atelierex with both kinds of NGINX.
pub async fn measure(bench: &Bench<'_>, results: &mut Results) {
    if !nginx::is_installed() {
        let measured = "not measured: there is no NGINX; scripts/bench installs it".to_owned();
        let row = "hits per second on one core against NGINX";
        results.table.row(row, "≥ 1.0 × and ≥ 0.9 ×", measured);
        return;
    }
    let server = full_server(bench).await;
    for products in sizes(products(bench)) {
        let setup = Setup::prepare(bench, &server, products).await;
        let mut competitors = competitors(bench, &server, &setup, products);
        for round in 1..=bench.plan.rounds {
            for competitor in &mut competitors {
                competitor.round(&server).await;
                let measured = competitor.measured();
                eprintln!("Round {round}, {}: {measured}", competitor.name);
            }
        }
        report(&competitors, products, results);
    }
}

/// Returns the numbers of products to measure: first a small one for which NGINX can keep all its files open, if it
/// cannot with `products`.
fn sizes(products: u64) -> Vec<u64> {
    let few = nginx::most_open_files() / documents::FILES;
    if few < products {
        vec![few, products]
    } else {
        vec![products]
    }
}

/// Returns the number of products that are requested where all competitors have them in memory.
pub fn products(bench: &Bench<'_>) -> u64 {
    let usual = if bench.plan.is_quick {
        QUICK_PRODUCTS
    } else {
        PRODUCTS
    };
    arguments::number("--hit-products", usual).min(bench.plan.products)
}

/// Returns the competitors: Atelierex, Atelierex with ids of the whole catalog, and both kinds of NGINX.
fn competitors(
    bench: &Bench<'_>,
    server: &Server,
    setup: &Setup<'_>,
    products: u64,
) -> [Competitor; 4] {
    let workload = |address: &str, ids: u64| Workload {
        duration: bench.plan.seconds(5, 2),
        processors: Some(GENERATOR_PROCESSOR),
        ..Workload::product_mix(address, ids)
    };
    let paths = documents::MIX.map(|(path, weight)| (path.to_owned(), weight));
    let Setup { files, cache, .. } = setup;
    let of_files = Workload {
        paths: paths.into(),
        ..workload(&files.address, products)
    };
    let narrow = workload(&server.public, products);
    let whole = workload(&server.public, bench.plan.products);
    let cached = workload(&cache.address, products);
    [
        Competitor::new("Atelierex", server.pid(), narrow),
        Competitor::new("Atelierex, whole catalog", server.pid(), whole),
        Competitor::new("NGINX proxy_cache", cache.pid(), cached),
        Competitor::new("NGINX static files", files.pid(), of_files),
    ]
}

fn report(competitors: &[Competitor; 4], products: u64, results: &mut Results) {
    let title = format!("Hits per second on one core, {products} products");
    for competitor in competitors {
        let rate = competitor.variant.rate();
        results.chart.bar(&title, competitor.name, rate);
    }
    let open_files = if products * documents::FILES <= nginx::most_open_files() {
        "all files open"
    } else {
        "more files than it may keep open"
    };
    let [ours, all, cache, files] = competitors;
    for (theirs, name, text, target) in [
        (cache, "`proxy_cache` hits", "≥ 1.0 ×, aim 1.3 ×", 1.0),
        (files, "static files", "≥ 0.9 ×, aim 1.1 ×", 0.9),
    ] {
        let times = ratio(&ours.variant.rates, &theirs.variant.rates);
        results.table.judged(
            &format!(
                "hits per second on one core against NGINX {name} on one worker \
                 (64 connections, {products} products)"
            ),
            text,
            times >= target && ours.is_sound() && theirs.is_sound(),
            &format!(
                "{times:.2} × ({}; NGINX {}, {open_files})",
                ours.measured(),
                theirs.measured()
            ),
        );
    }
    let measured = format!(
        "{:.2} × `proxy_cache` and {:.2} × static files ({})",
        ratio(&all.variant.rates, &cache.variant.rates),
        ratio(&all.variant.rates, &files.variant.rates),
        all.measured()
    );
    let what = "the same with the whole catalog in memory, ids all over it";
    results.table.row(what, "printed", measured);
}
