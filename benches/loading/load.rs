//! One load, with everything that it takes.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Child,
    thread::sleep,
    time::{Duration, Instant},
};

use tokio_postgres::Client;

use super::{
    beside::{POPULAR, Shop, Waits, styles},
    support::{
        client::HttpClient,
        numbers::mebibytes,
        process::memory,
        scratch::{self, connect},
        server::{Server, wait_for_status},
    },
};

/// Longest time until what was loaded is served.
const SERVED_TIMEOUT: Duration = Duration::from_secs(600);

/// Time of the shop beside the load, before it and after it.
const AROUND: Duration = Duration::from_secs(1);

/// Interval at which memory is looked at.
const MEMORY_INTERVAL: Duration = Duration::from_millis(20);

/// Bytes of the write-ahead log, temporary bytes, and the latest version of a document, so far.
const STATE: &str = "
SELECT (pg_current_wal_insert_lsn() - '0/0')::float8, temp_bytes::float8, (SELECT last_value FROM serving.document_version)
FROM pg_stat_database WHERE datname = current_database()";

/// Cost of a load.
#[derive(Clone, Debug)]
pub struct Load {
    pub duration: Duration,
    pub waits: Waits,
    /// Peak memory of the process, in MiB.
    pub peak: f64,
    /// Write-ahead log and temporary files, in MiB.
    pub log: f64,
    pub temporary: f64,
    /// Products with new documents.
    pub composed: Vec<i64>,
    /// Requests that the server did not answer from memory.
    pub misses: f64,
}

/// State of a database.
struct State {
    log: f64,
    temporary: f64,
    version: i64,
}

impl State {
    async fn of(client: &Client) -> Self {
        let row = client.query_one(STATE, &[]).await.expect("it is known");
        Self {
            log: row.get(0),
            temporary: row.get(1),
            version: row.get(2),
        }
    }
}

/// Loads an export beside a shop at work.
pub async fn measure(url: &str, server: &Server, export: &Path, products: i64) -> Load {
    let client = connect(url).await;
    warm(server, products);
    let shop = Shop::open(server, url, products);
    tokio::time::sleep(AROUND).await;
    let misses = server.metric(MISSES);
    let before = State::of(&client).await;
    let began = Instant::now();
    let peak = run(url, export);
    wait_for_status(&server.url("/products/1"), 200, SERVED_TIMEOUT).await;
    let duration = began.elapsed();
    tokio::time::sleep(AROUND).await;
    let after = State::of(&client).await;
    let mebibyte = 1024.0 * 1024.0;
    Load {
        duration,
        waits: shop.close(began),
        peak,
        log: (after.log - before.log) / mebibyte,
        temporary: (after.temporary - before.temporary) / mebibyte,
        composed: composed(&client, before.version).await,
        misses: server.metric(MISSES) - misses,
    }
}

/// Has everything in the server's memory that visitors ask for.
fn warm(server: &Server, products: i64) {
    let mut client = HttpClient::new(&server.public);
    for id in 1..=products.min(POPULAR) {
        client.get(&styles(id)).expect("the server answers");
    }
}

/// Counts what is not answered from memory.
const MISSES: &str = "atelierex_cache_misses_total ";

/// Loads; returns the peak memory in MiB.
fn run(url: &str, export: &Path) -> f64 {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("loading.log");
    let log = File::create(&path).expect("a log can be written");
    let mut command = scratch::load(url, export);
    let load = command.stderr(log).spawn().expect("load runs");
    let (peak, is_success) = watch(load);
    assert!(is_success, "the load failed: {}", path.display());
    peak
}

/// Waits for the end of a process; its peak memory in MiB, and whether it succeeded.
fn watch(mut process: Child) -> (f64, bool) {
    let mut peak = 0.0_f64;
    loop {
        peak = peak.max(memory(process.id()).map_or(0.0, |memory| mebibytes(memory.peak)));
        if let Some(status) = process.try_wait().expect("it can be waited for") {
            return (peak, status.success());
        }
        sleep(MEMORY_INTERVAL);
    }
}

async fn composed(client: &Client, version: i64) -> Vec<i64> {
    let sql = "SELECT product_id FROM serving.product_document WHERE version > $1";
    let rows = client.query(sql, &[&version]).await;
    let rows = rows.expect("documents can be read");
    rows.iter().map(|row| row.get(0)).collect()
}
