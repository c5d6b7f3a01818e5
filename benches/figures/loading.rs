//! `atelierex load` against `psql \copy` of the same files.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use crate::support::{
    numbers::{mebibytes, median},
    process::memory,
    scratch::{self, Scratch, connect},
    server::{Server, wait_for_status},
    table::Table,
};

/// Longest time from the start of a load until its products are served.
const LOAD_TIMEOUT: Duration = Duration::from_secs(3_600);

/// Tables without keys or indexes, in the order of the files' columns.
const BARE_TABLES: &str = "
CREATE TABLE product (id bigint, name text, slogan text, description text, category text, default_price numeric);
CREATE TABLE features (id bigint, product_id bigint, feature text, value text);
CREATE TABLE styles (id bigint, product_id bigint, name text, sale_price numeric, original_price numeric, default_style int);
CREATE TABLE photos (id bigint, style_id bigint, url text, thumbnail_url text);
CREATE TABLE skus (id bigint, style_id bigint, size text, quantity bigint);
CREATE TABLE related (id bigint, product_id bigint, related_product_id bigint);";

/// Measures loads and copies in turn. Returns the URL of the database that was loaded last.
pub async fn measure(scratch: &Scratch, rounds: usize, table: &mut Table) -> String {
    let (mut ratios, mut loads, mut copies, mut peaks) = (vec![], vec![], vec![], vec![]);
    let mut database = String::new();
    for round in 1..=rounds {
        let copy = copy_with_psql(scratch).await;
        database = scratch.fresh_database(scratch::DATABASE).await;
        let (load, peak) = load(&database, &scratch.export).await;
        eprintln!("Round {round}: copy {copy:.2} s, load {load:.2} s, peak {peak:.0} MiB");
        ratios.push(load / copy);
        loads.push(load);
        copies.push(copy);
        peaks.push(peak);
    }
    scratch.mark_loaded(scratch::DATABASE).await;
    let measured = format!(
        "{:.2} × ({:.1} s against {:.1} s, medians of {rounds})",
        median(&mut ratios),
        median(&mut loads),
        median(&mut copies)
    );
    table.row(
        "`load`, to documents served, against `psql \\copy` of the same files",
        "≤ 4.0 ×, aim 2.5 ×",
        measured,
    );
    let peak = peaks.into_iter().fold(0.0, f64::max);
    table.row(
        "peak memory of the `load` process",
        "≤ 512 MiB",
        format!("{peak:.0} MiB"),
    );
    database
}

/// Copies the six files one after another into bare tables. Returns the seconds.
async fn copy_with_psql(scratch: &Scratch) -> f64 {
    let url = scratch.fresh_database("bare").await;
    connect(&url)
        .await
        .batch_execute(BARE_TABLES)
        .await
        .expect("bare tables can be created");
    let began = Instant::now();
    for name in ["product", "features", "styles", "photos", "skus", "related"] {
        let file = scratch.export.join(format!("{name}.csv"));
        // Photos lack closing quotes. With quoting, psql would swallow rows, so it reads without.
        let quote = if name == "photos" { "QUOTE E'\\b'" } else { "" };
        let copy = format!(
            "\\copy {name} FROM '{}' (FORMAT csv, HEADER, NULL 'null' {}{quote})",
            file.display(),
            if quote.is_empty() { "" } else { ", " }
        );
        let status = Command::new("psql")
            .args([&url, "-q", "-v", "ON_ERROR_STOP=1", "-c", &copy])
            .status();
        assert!(
            status.expect("psql is installed").success(),
            "psql copies {name}"
        );
    }
    let seconds = began.elapsed().as_secs_f64();
    scratch.fresh_database("bare").await;
    seconds
}

/// Loads the export while a server waits for it. Returns the seconds until a product is served, and the peak memory in
/// MiB.
async fn load(url: &str, export: &Path) -> (f64, f64) {
    scratch::migrate(url);
    let server = Server::start(url).await;
    let began = Instant::now();
    let mut load = scratch::load(url, export).spawn().expect("load runs");
    let pid = load.id();
    let product = server.url("/products/1");
    let first_answer = tokio::spawn(async move {
        wait_for_status(&product, 200, LOAD_TIMEOUT).await;
        began.elapsed().as_secs_f64()
    });
    let mut peak = 0.0_f64;
    let status = loop {
        peak = peak.max(memory(pid).map_or(0.0, |memory| mebibytes(memory.peak)));
        if let Some(status) = load.try_wait().expect("load can be waited for") {
            break status;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(status.success(), "the load succeeds");
    (first_answer.await.expect("the product is served"), peak)
}

/// Loads the sample and counts the rows that are served.
pub async fn count_sample(scratch: &Scratch, table: &mut Table) {
    let url = scratch.fresh_database("sample").await;
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sample-catalog");
    let (_, _) = load(&url, &sample).await;
    let server = Server::start(&url).await;
    let (mut styles, mut photos, mut skus) = (0, 0, 0);
    for product in 1..=11 {
        let answer = reqwest::get(server.url(&format!("/products/{product}/styles")))
            .await
            .expect("the server answers");
        let body: serde_json::Value =
            serde_json::from_slice(&answer.bytes().await.expect("the answer has a body"))
                .expect("it is JSON");
        for style in body["results"].as_array().expect("results are an array") {
            styles += 1;
            let album = style["photos"].as_array().expect("photos are an array");
            photos += album.iter().filter(|photo| !photo["url"].is_null()).count();
            let stock = style["skus"].as_object().expect("skus are an object");
            skus += stock.keys().filter(|key| *key != "null").count();
        }
    }
    let measured = format!("{photos} of 277 photos, {skus} of 357 skus, {styles} of 52 styles");
    table.row(
        "rows of the sample that are served",
        "277 photos, 357 skus, 52 styles",
        measured,
    );
}
