//! Searches beside documents: their latency, and their effect on documents.

use std::time::Duration;

use tokio_postgres::Client;

use crate::{
    Bench, Results,
    support::{
        numbers::median,
        random::Random,
        scratch::connect,
        server::{Server, ServerOptions},
    },
    traffic::{self, Report, Workload, faults},
};

const WHAT: &str = "50 searches per second beside 1,000 documents per second and 20 changes per second, so that none is known: p99";
const TARGET: &str = "≤ 100 ms; documents' p99 ≤ 1.2 ×";

/// Number of different searches.
const SEARCHES: usize = 1_000;

/// Searches and documents per second.
const RATES: [f64; 2] = [50.0, 1_000.0];

/// Pause between two changes.
const PAUSE: Duration = Duration::from_millis(50);

/// Texts of products from which words are taken.
const TEXTS: &str = "SELECT name, coalesce(category, ''), coalesce(description, '') FROM catalog.product ORDER BY id LIMIT $1";

/// Measures documents with and without concurrent searches, in turn.
pub async fn measure(bench: &Bench<'_>, results: &mut Results) {
    let server = Server::start_with(&bench.database_url, &ServerOptions::default()).await;
    let client = connect(&bench.database_url).await;
    let mut searches = Workload::product_mix(&server.public, bench.plan.products);
    searches.paths = paths(&client).await;
    searches.connections = 8;
    let mut documents = Workload::product_mix(&server.public, bench.plan.products);
    for (workload, rate) in [&mut searches, &mut documents].into_iter().zip(RATES) {
        workload.rate = Some(rate);
        workload.duration = bench.plan.seconds(15, 3);
    }
    let (mut found, mut quiet, mut busy) = (Vec::new(), Vec::new(), Vec::new());
    let rounds = async {
        for round in 1..=bench.plan.rounds {
            documents.seed = round as u64;
            searches.seed = round as u64;
            quiet.push(traffic::run(&documents).await);
            let (beside, search) = tokio::join!(traffic::run(&documents), traffic::run(&searches));
            eprintln!(
                "Round {round}: searches {}, documents {}",
                search.latency, beside.latency
            );
            busy.push(beside);
            found.push(search);
        }
    };
    tokio::select! {
        () = rounds => {}
        () = change(&client) => {}
    }
    report(&found, &quiet, &busy, results);
}

/// Changes one product after the other.
async fn change(client: &Client) {
    let mut pace = tokio::time::interval(PAUSE);
    for id in 1_i64.. {
        pace.tick().await;
        let change = "UPDATE catalog.product SET default_price = default_price + 1 WHERE id = 1 + $1::bigint % 1000";
        client
            .execute(change, &[&id])
            .await
            .expect("a product can be changed");
    }
}

/// Returns typical searches with words of the catalog.
async fn paths(client: &Client) -> Vec<(String, u32)> {
    let count = i64::try_from(SEARCHES).expect("a small number");
    let rows = client
        .query(TEXTS, &[&count])
        .await
        .expect("products can be read");
    let mut random = Random::new(1);
    let texts = rows.iter().map(|row| [row.get(0), row.get(1), row.get(2)]);
    let searches = texts.map(|texts: [&str; 3]| typed(texts, &mut random));
    // A short description has no words left.
    let searches = searches.filter(|words| words.contains(char::is_alphanumeric));
    let paths = searches.map(|words| path(&words));
    paths.map(|path| (path, 1)).collect()
}

/// Returns a search: a name with its last word cut, one with a typo, a word with its category, or words of a
/// description.
fn typed([name, category, description]: [&str; 3], random: &mut Random) -> String {
    let first = name.split(' ').next().unwrap_or_default();
    match random.up_to(4) {
        1 => cut(name, name.chars().count() - 2),
        2 => cut(first, 2) + &first.chars().skip(3).collect::<String>(),
        3 => format!("{first} {category}"),
        _ => description
            .split(' ')
            .skip(3)
            .take(3)
            .collect::<Vec<_>>()
            .join(" "),
    }
}

fn cut(text: &str, letters: usize) -> String {
    text.chars().take(letters).collect()
}

fn path(words: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::from("/products?"));
    query.append_pair("q", words).append_pair("count", "24");
    query.finish()
}

fn report(found: &[Report], quiet: &[Report], busy: &[Report], results: &mut Results) {
    let p99s = |reports: &[Report]| {
        reports
            .iter()
            .map(|of| of.latency.p99_ms)
            .collect::<Vec<_>>()
    };
    let middle = |reports: &[Report]| median(&mut p99s(reports));
    let ratios = p99s(busy).into_iter().zip(p99s(quiet));
    let times = median(&mut ratios.map(|(busy, quiet)| busy / quiet).collect::<Vec<_>>());
    let p50 = median(&mut found.iter().map(|of| of.latency.p50_ms).collect::<Vec<_>>());
    let p99 = middle(found);
    let measured = format!(
        "p50 {p50:.1} ms, p99 {p99:.1} ms, {}; documents' p99 {:.2} ms, {times:.2} × ({:.2} ms without), {}",
        faults(found),
        middle(busy),
        middle(quiet),
        faults(busy),
    );
    let is_clean = found.iter().chain(busy).all(Report::is_clean);
    let is_met = is_clean && p99 <= 100.0 && times <= 1.2;
    results.table.judged(WHAT, TARGET, is_met, &measured);
}
