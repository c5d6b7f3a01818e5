//! Three instances of the replaced service behind NGINX with a cache, as it was deployed.

use crate::{
    Bench, Results,
    peers::{
        agreement::{self, Answering},
        everything,
        express::Express,
        nginx::{Nginx, NginxOptions},
        place::Place,
    },
    support::server::Server,
    traffic::{PRODUCT_MIX, Workload},
    variant::Variant,
};

/// Number of requested products that shows the effect of the cache.
const NARROW: u64 = 1_000;

/// Number of responses that the cache's index has room for.
const CACHED: u64 = 300_000;

/// Range of ids, as text and as highest id, and the validity of cached responses.
const CASES: [(&str, u64, &str); 3] = [
    ("ids all over the catalog", u64::MAX, "1s"),
    ("ids of 1,000 products", NARROW, "1s"),
    ("ids of 1,000 products", NARROW, "10m"),
];

/// Title of the chart's group.
const TITLE: &str = "Requests per second, three Express behind NGINX with a cache";

/// Measures them with ids of the whole catalog and with few ids.
pub async fn measure(bench: &Bench<'_>, express: &Express, results: &mut Results) {
    let instances = [
        express.start().await,
        express.start().await,
        express.start().await,
    ];
    let addresses = instances
        .each_ref()
        .map(|instance| instance.address.as_str());
    for (ids, highest, validity) in CASES {
        let place = Place::for_products(CACHED / 3);
        let options = NginxOptions {
            folder: place.folder(),
            processors: None,
            files: CACHED,
        };
        let nginx = Nginx::balancing(options, &addresses, validity).await;
        check(bench, &nginx).await;
        let highest = highest.min(bench.plan.products);
        if highest <= NARROW {
            let paths = PRODUCT_MIX.map(|(path, _)| path);
            everything::ask(&nginx.address, &paths, 1..=highest).await;
        }
        let variant = measure_one(bench, &nginx, highest).await;
        let case = format!("{ids}, kept for {validity}");
        results.chart.bar(TITLE, &case, variant.rate());
        report(&case, &variant, results);
    }
}

/// Checks that the responses equal those of Atelierex, which is stopped before anything is measured.
async fn check(bench: &Bench<'_>, nginx: &Nginx) {
    let server = Server::start(&bench.database_url).await;
    let peers = [Answering::alike("Express behind NGINX", &nginx.address)];
    agreement::check(&server.public, &peers, bench.plan.products).await;
}

/// Measures all rounds with ids up to `highest`.
async fn measure_one(bench: &Bench<'_>, nginx: &Nginx, highest: u64) -> Variant {
    let mut variant = Variant::new(Workload {
        duration: bench.plan.seconds(5, 2),
        ..Workload::product_mix(&nginx.address, highest)
    });
    for _ in 0..bench.plan.rounds {
        variant.round().await;
    }
    variant
}

fn report(case: &str, variant: &Variant, results: &mut Results) {
    let what = format!("three Express behind NGINX with a cache: {case}, 64 connections");
    let measured = format!(
        "{:.0}/s, mean latency {:.1} ms{} (medians of {})",
        variant.rate(),
        variant.latency(),
        variant.faults(),
        variant.rates.len()
    );
    results.table.row(&what, "printed", measured);
}
