//! Prints the figures of docs/benchmarks.md about freshness, measured in this run.
//!
//! `cargo bench --bench freshness` takes some minutes and as much disk as the figures, whose database it uses
//! if it was loaded from the same export with the same migrations; otherwise it loads it first.
//! `-- --products 20000 --quick` is a quick look. `--data-dir` names another folder for the database.

mod bulk;
mod bulk_skus;
mod capture;
mod catalog;
mod fleet;
mod publication;
mod reads;
mod single;
mod stream;
#[allow(dead_code, reason = "each benchmark uses a part of it")]
#[path = "../support/mod.rs"]
mod support;
mod takeover;
mod watch;

use std::{process::ExitCode, time::Duration};

use catalog::Catalog;
use fleet::Fleet;
use support::{FULL_SIZE, arguments, scratch::Scratch, table::Table};
use tokio::signal::unix::{SignalKind, signal};

/// Longest time of the benchmark.
const LIMIT: Duration = Duration::from_secs(2 * 3_600);

/// Products with `--quick`.
const QUICK_SIZE: u64 = 20_000;

/// Size of the measurement.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Repetitions of whole measurements.
    pub rounds: usize,
    /// Measure fewer of everything else, too.
    pub is_quick: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let is_quick = arguments::is_given("--quick");
    let size = if is_quick { QUICK_SIZE } else { FULL_SIZE };
    let products = arguments::number("--products", size);
    let rounds = arguments::number("--rounds", if is_quick { 2 } else { 5 }).max(1);
    let plan = Plan { rounds, is_quick };
    let mut terminate = signal(SignalKind::terminate()).expect("signals can be waited for");
    let scratch = Scratch::prepare(products).await;
    let mut table = Table::default();
    let failure = tokio::select! {
        () = measure(&scratch, plan, &mut table) => None,
        () = tokio::time::sleep(LIMIT) => Some("it takes too long"),
        _ = tokio::signal::ctrl_c() => Some("interrupted"),
        _ = terminate.recv() => Some("interrupted"),
    };
    table.print(products, "printed");
    scratch.stop().await;
    let Some(failure) = failure else {
        return ExitCode::SUCCESS;
    };
    eprintln!("Given up: {failure}");
    ExitCode::FAILURE
}

/// Measures everything. Cancel-safe: dropping it leaves nothing running.
async fn measure(scratch: &Scratch, plan: Plan, table: &mut Table) {
    let catalog = Catalog::prepare(scratch).await;
    let mut fleet = Fleet::start(&catalog.url, scratch).await;
    single::measure(&catalog, &fleet, plan, table).await;
    stream::measure(&catalog, &fleet, plan, table).await;
    catalog.calm().await;
    bulk::measure(&catalog, &fleet, plan, table).await;
    catalog.calm().await;
    takeover::measure(&catalog, &mut fleet, plan, table).await;
    fleet.stop();
    capture::measure(&catalog, scratch, plan, table).await;
    // Last, since it publishes the catalog as it was before all changes.
    let fleet = Fleet::start(&catalog.url, scratch).await;
    publication::measure(&catalog, &fleet, scratch, table).await;
}
