//! Counts the instructions that a request costs, and compares them with what it cost before.
//!
//! Time depends on what else a machine does; instructions do not, so a tenth more of them is a change of the program.
//! `cargo instructions` prints them beside those of `baseline.json`. `--check` fails if there are more, `--save` renews
//! that file, and `--profile hit` says where a hit spends them. `cargo bench --bench instructions` prints those of a
//! release.

use std::{path::Path, process::ExitCode};

mod baseline;
mod callgrind;
mod child;
mod client;
mod database;
mod report;
mod scenario;
mod server;
#[allow(dead_code, reason = "each benchmark uses a part of it")]
#[path = "../support/mod.rs"]
mod support;

use baseline::Baseline;
use callgrind::Callgrind;
use futures_util::stream::{self, StreamExt as _};
use mimalloc::MiMalloc;
use scenario::Scenario;
use support::arguments::{argument, is_given, number};
use tokio::runtime::{Builder, Runtime};

/// Counting processes, each of which takes one processor.
const AT_A_TIME: usize = 2;

/// As in the program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    if !is_comparable() && (is_given("--check") || is_given("--save")) {
        eprintln!("This is not compiled as the baseline is: use `cargo instructions`");
        return ExitCode::FAILURE;
    }
    if let Some(name) = argument("--child") {
        child::run(Scenario::named(&name), number("--requests", 0));
        return ExitCode::SUCCESS;
    }
    runtime().block_on(count())
}

/// Returns true if this is compiled as the baseline was: beside the tests.
fn is_comparable() -> bool {
    Path::new(support::PROGRAM).ends_with("debug/atelierex")
}

/// One thread: whatever is done for a request is done in the same order each time.
fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts")
}

/// Does what the flags ask for.
async fn count() -> ExitCode {
    let profiled = argument("--profile").map(|name| Scenario::named(&name));
    let scratch = database::prepare().await;
    let callgrind = Callgrind::new(scratch.database_url(database::NAME));
    let is_fine = if let Some(scenario) = profiled {
        callgrind.profile(scenario).await;
        true
    } else {
        compare(&callgrind).await
    };
    scratch.stop().await;
    if is_fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Counts, prints, and returns false if it is to be checked and too much.
async fn compare(callgrind: &Callgrind) -> bool {
    let count = async |scenario: &Scenario| (scenario.name, callgrind.instructions(scenario).await);
    let counts = stream::iter(&scenario::ALL).map(count).buffered(AT_A_TIME);
    let counts: Vec<_> = counts.collect().await;
    if is_given("--save") {
        baseline::save(&counts);
    }
    let baseline = if is_comparable() {
        baseline::read()
    } else {
        Baseline::new()
    };
    let rows = report::rows(&counts, &baseline);
    report::print(&rows);
    !is_given("--check") || report::check(&rows)
}
