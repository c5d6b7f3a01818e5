//! Prints the figures of docs/benchmarks.md about loading, measured in this run: loads of each kind beside `psql \copy` of
//! the same files, a visitor of a running server and a writer of the shop.
//!
//! `cargo bench --bench loading` takes about an hour and 25 GB of disk at full size; `-- --products 100000` takes some
//! minutes. `--only up` or `--only deployed` measures on one of the two databases, `--data-dir` names another folder.

mod bare_copy;
mod beside;
mod kind;
mod load;
mod next_export;
mod report;
mod session;
#[allow(dead_code, reason = "each benchmark uses a part of it")]
#[path = "../support/mod.rs"]
mod support;

use std::{env, fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

use kind::Exports;
use report::Report;
use support::{FULL_SIZE, arguments, scratch::Scratch, table::Table};

/// A way to run PostgreSQL.
struct Setup {
    name: &'static str,
    description: &'static str,
    settings: Vec<(String, String)>,
}

#[tokio::main]
async fn main() {
    let products = arguments::number("--products", FULL_SIZE);
    let rounds = arguments::number("--rounds", 3);
    let only = arguments::argument("--only");
    let mut table = Table::default();
    for setup in [as_up_runs_it(), as_deployed()] {
        if only.as_ref().is_some_and(|only| only != setup.name) {
            continue;
        }
        let scratch = Scratch::prepare_with(products, setup.settings).await;
        let exports = Exports::prepare(&scratch);
        let mut report = Report::default();
        for round in 1..=rounds {
            eprintln!("{}: round {round} of {rounds}", setup.description);
            session::measure(&scratch, &exports, &mut report).await;
        }
        report.add_to(&mut table, setup.description);
        scratch.stop().await;
    }
    table.print(products, "measured");
}

fn as_up_runs_it() -> Setup {
    Setup {
        name: "up",
        description: "as `up` runs PostgreSQL",
        settings: Vec::new(),
    }
}

/// Nothing is lost with the machine, and the log is packed for an archive.
fn as_deployed() -> Setup {
    let archive = archive();
    let command = format!("gzip -1 < %p > {}/%f.gz", archive.display());
    let settings = [
        ("wal_level", "replica"),
        ("max_wal_senders", "10"),
        ("archive_mode", "on"),
        ("archive_command", &command),
    ];
    let owned = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Setup {
        name: "deployed",
        description: "with `wal_level = replica` and an archive",
        settings: owned.into(),
    }
}

/// An empty folder that PostgreSQL's account can write, too.
fn archive() -> PathBuf {
    let folder = env::temp_dir().join("atelierex-loading-archive");
    // There may be none yet.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).expect("a folder can be created");
    let everybody = fs::Permissions::from_mode(0o777);
    fs::set_permissions(&folder, everybody).expect("it is ours");
    folder
}
