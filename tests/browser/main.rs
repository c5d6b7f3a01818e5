//! The catalog page in a real browser: Debian's Chromium, controlled by the scripts beside this file.
//!
//! Each script starts the program on a database created here. Screenshots of all states are kept in
//! `target/tmp/screenshots`.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

#[allow(dead_code, reason = "benchmarks use the rest")]
#[path = "../../benches/support/mod.rs"]
mod support;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../support/test_database.rs"]
mod test_database;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use support::{PROGRAM, process::ending_with_us};
use test_database::TestDatabase;

/// Folder in which the tests run, with their npm packages, which are not part of the sources.
const FOLDER: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/browser");
const SCREENSHOTS: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/screenshots");

#[tokio::test]
async fn the_catalog_page_works_in_a_browser() {
    install();
    fs::create_dir_all(SCREENSHOTS).unwrap();
    let database = TestDatabase::new().await;
    load_sample(&database).await;
    let tests = ending_with_us("node", None)
        .args([
            "--test",
            "--test-reporter=spec",
            "--test-concurrency=2",
            ".",
        ])
        .current_dir(FOLDER)
        .env("ATELIEREX_PROGRAM", PROGRAM)
        .env("DATABASE_URL", database.url())
        .env("SCREENSHOTS", SCREENSHOTS)
        .status();
    let passed = tests.expect("node runs: scripts/setup test installs it");
    assert!(passed.success(), "see what node says above");
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

/// Copies the tests, and installs their packages unless an earlier run has.
fn install() {
    let folder = Path::new(FOLDER);
    fs::create_dir_all(folder).unwrap();
    let lock = "package-lock.json";
    let is_new = fs::read(folder.join(lock)).ok() != fs::read(sources().join(lock)).ok();
    // Otherwise deleted tests would still be run.
    for file in files_of_node(folder) {
        fs::remove_file(file).unwrap();
    }
    for file in files_of_node(&sources()) {
        fs::copy(&file, folder.join(file.file_name().unwrap())).unwrap();
    }
    if is_new || !folder.join("node_modules").exists() {
        let npm = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(folder)
            .status();
        let installed = npm.expect("npm runs: scripts/setup test installs it");
        assert!(installed.success(), "npm ci fails in {FOLDER}");
    }
}

fn files_of_node(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let is_one = |file: &PathBuf| {
        let end = file.extension();
        end.is_some_and(|end| end == "js" || end == "json")
    };
    files.filter(is_one).collect()
}

/// Loads the sample and the rows that the tests need in addition.
async fn load_sample(database: &TestDatabase) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sample-catalog");
    let loaded = Command::new(PROGRAM)
        .arg("load")
        .arg(sample)
        .arg("--report")
        .arg(Path::new(FOLDER).join("load-report.csv"))
        .env("DATABASE_URL", database.url())
        .output()
        .unwrap();
    assert!(
        loaded.status.success(),
        "{}",
        String::from_utf8_lossy(&loaded.stderr)
    );
    let more = fs::read_to_string(sources().join("catalog.sql")).unwrap();
    database.execute(&more).await;
}
