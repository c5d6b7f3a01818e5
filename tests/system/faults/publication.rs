//! A catalog that is published while clients read the previous one.

use std::{env, path::Path, process::Stdio, time::Duration};

use atelierex::generate::{GenerateOptions, generate};
use tempfile::TempDir;
use tokio::{process::Command, time::sleep};

use crate::{
    faults::{
        client_report::{milliseconds, print_line},
        system::System,
        traffic::Traffic,
    },
    parts::database::{Database, LOW_PRIORITY},
    support::{PROGRAM, process::ending_with_us},
};

/// Variable with the number of products; the real catalog has 1000011.
const SIZE: &str = "ATELIEREX_FAULTS_PRODUCTS";

/// Default number of products.
const USUAL_SIZE: u64 = 20_000;

/// Duration of the latency measurements before and after the publication.
const QUIET: Duration = Duration::from_secs(4);

/// A p99 that proves nothing on a busy machine, even if it is a multiple of another.
const SHORT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_catalog_is_published() {
    let products = env::var_os(SIZE).map_or(USUAL_SIZE, |size| {
        size.to_str()
            .unwrap()
            .parse()
            .expect("a number of products")
    });
    let export = export(products);
    let system = System::start().await;
    let steady = system.steady_workload().await;
    let traffic = Traffic::start(steady.clone());
    sleep(QUIET).await;
    let quiet = traffic.stop().await.percentile(99);
    let traffic = Traffic::start(steady);
    load(export.path()).await;
    sleep(QUIET).await;
    let seen = traffic.stop().await;
    let ratio = seen.percentile(99).div_duration_f64(quiet);
    let saw = format!("{seen}; p99 {ratio:.1} × ({} quiet)", milliseconds(quiet));
    print_line(
        &format!("a catalog of {products} products published meanwhile"),
        &saw,
        "no failed request; p99 ≤ 3 × quiet",
    );
    assert_eq!(seen.failures().len(), 0, "{seen}");
    assert!(ratio <= 3.0 || seen.percentile(99) < SHORT, "{ratio}");
}

fn export(products: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let options = GenerateOptions {
        products,
        seed: 2,
        overwrite: true,
    };
    generate(&options, folder.path(), &|_, _| ()).expect("the export can be generated");
    folder
}

async fn load(export: &Path) {
    let mut command = ending_with_us("nice", None);
    command
        .args(LOW_PRIORITY)
        .arg(PROGRAM)
        .arg("load")
        .arg(export)
        .arg("--report")
        .arg(export.join("report.csv"))
        .env("DATABASE_URL", Database::get().url("OWNER"))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let status = Command::from(command).kill_on_drop(true).status().await;
    assert!(status.unwrap().success(), "the load succeeds");
}
