//! Prints the figures of docs/benchmarks.md about speed, measured in this run.
//!
//! `cargo bench --bench speed` takes a quarter of an hour and as much disk as the figures, whose database it uses
//! if it was loaded from the same export with the same migrations; otherwise it loads it first.
//! `-- --quick` is a quick look, `--only NAME,…` measures some of the parts (the list is in `plan.rs`),
//! `--chart FILE.svg` also draws them, `--k6 PROGRAM` says where that is, `--products N` and `--rounds N` change the
//! size, and `--data-dir` names another folder for the database. `-- traffic --help` explains the traffic generator.

mod chart;
mod check_generator;
mod competitor;
mod encodings;
mod express_rows;
mod hits;
mod memory;
mod misses;
mod open_loop;
mod peers;
mod plan;
mod saturation;
mod search;
mod setup;
mod slow_clients;
#[allow(dead_code, reason = "each benchmark uses a part of it")]
#[path = "../support/mod.rs"]
mod support;
mod three_instances;
#[allow(dead_code, unused_imports, reason = "tests use the rest")]
#[path = "../traffic/mod.rs"]
mod traffic;
mod variant;

use std::{env, panic::AssertUnwindSafe, path::PathBuf, process::ExitCode, time::Duration};

use chart::Chart;
use futures_util::FutureExt as _;
use plan::{PARTS, Plan};
use support::{
    arguments,
    process::raise_descriptor_limit,
    scratch::{DATABASE, Scratch, connect},
    table::Table,
};
use tokio::signal::unix::{SignalKind, signal};

/// Longest time of the benchmark.
const LIMIT: Duration = Duration::from_secs(2 * 3_600);

/// Benchmark run: its parts and their sizes.
pub struct Bench<'a> {
    /// Database server and loaded export.
    pub scratch: &'a Scratch,
    /// URL of the loaded database.
    pub database_url: String,
    /// Size of the measurement.
    pub plan: &'a Plan,
}

/// Measured results.
#[derive(Default)]
pub struct Results {
    /// Table to print.
    pub table: Table,
    /// Chart to draw.
    pub chart: Chart,
}

#[tokio::main]
async fn main() -> ExitCode {
    raise_descriptor_limit();
    if env::args().nth(1).as_deref() == Some("traffic") {
        return traffic::main();
    }
    let plan = Plan::from_arguments();
    let mut terminate = signal(SignalKind::terminate()).expect("signals can be waited for");
    let scratch = Scratch::prepare(plan.products).await;
    let mut results = Results::default();
    let failure = tokio::select! {
        all = measure(&scratch, &plan, &mut results) => (!all).then_some("a part failed"),
        () = tokio::time::sleep(LIMIT) => Some("it takes too long"),
        _ = tokio::signal::ctrl_c() => Some("interrupted"),
        _ = terminate.recv() => Some("interrupted"),
    };
    results.table.print(plan.products, "measured");
    scratch.stop().await;
    let Some(failure) = failure else {
        if let Some(file) = arguments::argument("--chart") {
            results.chart.write(&PathBuf::from(file));
        }
        return ExitCode::SUCCESS;
    };
    eprintln!("Given up: {failure}");
    ExitCode::FAILURE
}

/// Measures the selected parts. Returns whether all succeeded. Cancel-safe: dropping it leaves nothing running.
async fn measure(scratch: &Scratch, plan: &Plan, results: &mut Results) -> bool {
    let bench = Bench {
        scratch,
        database_url: scratch.loaded_database(DATABASE).await,
        plan,
    };
    read_all(&bench.database_url).await;
    let mut all = true;
    for part in PARTS.into_iter().filter(|part| plan.includes(part)) {
        eprintln!("\n{part}");
        let measured = AssertUnwindSafe(measure_part(part, &bench, results));
        // A failed part must not discard the results of others.
        if measured.catch_unwind().await.is_err() {
            results.table.row(part, "", "FAILED".to_owned());
            all = false;
        }
    }
    all
}

/// Reads all tables and documents once, including the rows that Express aggregates: the database was just started and
/// should be as warm as one in service.
async fn read_all(database_url: &str) {
    eprintln!("Reading all tables and documents once");
    let client = connect(database_url).await;
    for sql in [
        "CREATE EXTENSION IF NOT EXISTS pg_prewarm",
        "SELECT sum(pg_prewarm(c.oid, 'read')) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'i', 't') AND n.nspname IN ('catalog', 'serving', 'search', 'pg_toast')",
        "SELECT sum(octet_length(detail::text) + octet_length(styles::text)) FROM serving.product_document",
    ] {
        client.batch_execute(sql).await.expect("it can be read");
    }
}

async fn measure_part(part: &str, bench: &Bench<'_>, results: &mut Results) {
    match part {
        "check_generator" => check_generator::measure(bench, results).await,
        "hits" => hits::measure(bench, results).await,
        "misses" => misses::measure(bench, results).await,
        "express" => express_rows::measure(bench, results).await,
        "open_loop" => open_loop::measure(bench, results).await,
        "saturation" => saturation::measure(bench, results).await,
        "slow_clients" => slow_clients::measure(bench, results).await,
        "memory" => memory::measure(bench, results).await,
        "encodings" => encodings::measure(bench, results).await,
        "search" => search::measure(bench, results).await,
        other => unreachable!("{other} is no part"),
    }
}
