//! Answers from memory on one processor, against NGINX on one processor.

use crate::{
    Bench, Results,
    competitor::Contender,
    load::Load,
    peers::{documents, nginx},
    setup::{GENERATOR_PROCESSOR, Stage, full_server},
    support::{arguments, server::Server},
    variant::ratio,
};

/// Products that are asked for, unless `--hit-products` says otherwise.
const PRODUCTS: u64 = 100_000;

/// The same for a quick look.
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
        let stage = Stage::set(bench, &server, products).await;
        let mut contenders = contenders(bench, &server, &stage, products);
        for round in 1..=bench.plan.rounds {
            for contender in &mut contenders {
                contender.round(&server).await;
                let measured = contender.measured();
                eprintln!("Round {round}, {}: {measured}", contender.name);
            }
        }
        report(&contenders, products, results);
    }
}

/// Numbers of products to measure with: first so few that NGINX can keep all of its files open, where that is
/// not so with `products`.
fn sizes(products: u64) -> Vec<u64> {
    let few = nginx::most_open_files() / documents::FILES;
    if few < products {
        vec![few, products]
    } else {
        vec![products]
    }
}

/// How many products are asked for where all of them are to be in everybody's memory.
pub fn products(bench: &Bench<'_>) -> u64 {
    let usual = if bench.plan.is_quick {
        QUICK_PRODUCTS
    } else {
        PRODUCTS
    };
    arguments::number("--hit-products", usual).min(bench.plan.products)
}

/// Atelierex twice, the second time with ids all over the catalogue, and both kinds of NGINX.
fn contenders(
    bench: &Bench<'_>,
    server: &Server,
    stage: &Stage<'_>,
    products: u64,
) -> [Contender; 4] {
    let load = |address: &str, ids: u64| Load {
        duration: bench.plan.seconds(5, 2),
        processors: Some(GENERATOR_PROCESSOR),
        ..Load::product_mix(address, ids)
    };
    let paths = documents::MIX.map(|(path, weight)| (path.to_owned(), weight));
    let Stage { files, cache, .. } = stage;
    let of_files = Load {
        paths: paths.into(),
        ..load(&files.address, products)
    };
    let narrow = load(&server.public, products);
    let whole = load(&server.public, bench.plan.products);
    let cached = load(&cache.address, products);
    [
        Contender::new("Atelierex", server.pid(), narrow),
        Contender::new("Atelierex, whole catalogue", server.pid(), whole),
        Contender::new("NGINX proxy_cache", cache.pid(), cached),
        Contender::new("NGINX static files", files.pid(), of_files),
    ]
}

fn report(contenders: &[Contender; 4], products: u64, results: &mut Results) {
    let title = format!("Hits per second on one core, {products} products");
    for contender in contenders {
        let rate = contender.side.rate();
        results.chart.bar(&title, contender.name, rate);
    }
    let open_files = if products * documents::FILES <= nginx::most_open_files() {
        "all files open"
    } else {
        "more files than it may keep open"
    };
    let [ours, all, cache, files] = contenders;
    for (theirs, name, text, target) in [
        (cache, "`proxy_cache` hits", "≥ 1.0 ×, aim 1.3 ×", 1.0),
        (files, "static files", "≥ 0.9 ×, aim 1.1 ×", 0.9),
    ] {
        let times = ratio(&ours.side.rates, &theirs.side.rates);
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
        ratio(&all.side.rates, &cache.side.rates),
        ratio(&all.side.rates, &files.side.rates),
        all.measured()
    );
    let what = "the same with the whole catalogue in memory, ids all over it";
    results.table.row(what, "printed", measured);
}
