//! Three instances of the service that Atelierex replaces, behind NGINX with a cache, as they were run.

use crate::{
    Bench, Results,
    load::Load,
    peers::{
        agreement::{self, Answering},
        express::Express,
        nginx::{Nginx, Setup},
        place::Place,
    },
    side::Side,
    support::server::Server,
};

/// Products that are asked for by who wants to see the cache at work.
const NARROW: u64 = 1_000;

/// Answers that the cache has room for: nobody asks for more in the second that it keeps them.
const CACHED: u64 = 100_000;

/// Title of the chart's group.
const TITLE: &str = "Requests per second, three instances of Express behind NGINX with a cache";

/// Measures them with ids all over the catalogue, and with few.
pub async fn measure(bench: &Bench<'_>, express: &Express, results: &mut Results) {
    let place = Place::for_products(CACHED);
    let instances = [
        express.start().await,
        express.start().await,
        express.start().await,
    ];
    let setup = Setup {
        folder: place.folder(),
        processors: None,
        files: CACHED,
    };
    let addresses = instances
        .each_ref()
        .map(|instance| instance.address.as_str());
    let nginx = Nginx::balancing(setup, &addresses).await;
    check(bench, &nginx).await;
    let all = bench.plan.products;
    for (name, products) in [
        ("ids all over the catalogue", all),
        ("ids of 1,000 products", NARROW.min(all)),
    ] {
        let side = side(bench, &nginx, products).await;
        let measured = format!(
            "{:.0}/s, mean latency {:.2} ms{} (medians of {})",
            side.rate(),
            side.latency(),
            side.faults(),
            side.rates.len()
        );
        let what = format!(
            "three instances of Express behind NGINX with a cache of 1 s, 64 connections, {name}"
        );
        results.table.row(&what, "printed", measured);
        results.chart.bar(TITLE, name, side.rate());
    }
}

/// All rounds with ids up to `products`.
async fn side(bench: &Bench<'_>, nginx: &Nginx, products: u64) -> Side {
    let mut side = Side::new(Load {
        duration: bench.plan.seconds(5, 2),
        ..Load::product_mix(&nginx.address, products)
    });
    for _ in 0..bench.plan.rounds {
        side.round().await;
    }
    side
}

/// Checks that the answers are those of Atelierex, which is gone before anything is measured.
async fn check(bench: &Bench<'_>, nginx: &Nginx) {
    let server = Server::start(&bench.database_url).await;
    let peers = [Answering::alike("Express behind NGINX", &nginx.address)];
    agreement::check(&server.public, &peers, bench.plan.products).await;
}
