//! Publication of a load under steady reads.

use std::{
    fs::File,
    time::{Duration, Instant, SystemTime},
};

use tokio::{process::Command, time::timeout};

use super::{
    catalog::Catalog,
    fleet::Fleet,
    reads::{self, Read, Readers},
    support::{
        numbers::{percentile, worst},
        scratch::{self, Scratch},
        table::Table,
    },
};

/// Target for the slowest request, in milliseconds.
const TARGET: f64 = 100.0;

/// Reads per second of each server.
const READS: u32 = 100;

/// Longest time of the load.
const LOAD_TIMEOUT: Duration = Duration::from_secs(1_800);

/// Measured time around the publication: before it, and after the load ended.
const MARGIN: Duration = Duration::from_secs(1);

/// Times of the load.
struct Loaded {
    begun: Instant,
    published_after: Duration,
    ended: Instant,
}

/// Loads the same export again.
pub async fn measure(catalog: &Catalog, fleet: &Fleet, scratch: &Scratch, table: &mut Table) {
    eprintln!("Loading the same catalog again, beside readers");
    let readers = Readers::start(catalog, &fleet.addresses(), READS);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let quiet = Instant::now();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let loaded = load(catalog, scratch).await;
    tokio::time::sleep(MARGIN).await;
    report(quiet, &loaded, &readers.stop(), table);
    let client = &catalog.client;
    client.batch_execute("CHECKPOINT").await.expect("it ends");
}

async fn load(catalog: &Catalog, scratch: &Scratch) -> Loaded {
    let log = scratch.export.with_file_name("freshness-load.log");
    let log = File::create(log).expect("a log can be written");
    let also = log.try_clone().expect("a file can be shared");
    let (begun, clock) = (Instant::now(), SystemTime::now());
    let mut command = Command::from(scratch::load(&catalog.url, &scratch.export));
    let mut load = command
        .stdout(log)
        .stderr(also)
        .kill_on_drop(true)
        .spawn()
        .expect("load runs");
    let status = timeout(LOAD_TIMEOUT, load.wait()).await;
    let status = status.expect("the load ends").expect("it can be awaited");
    assert!(status.success(), "the load succeeds");
    let ended = Instant::now();
    let sql = "SELECT published_at FROM serving.publication";
    let row = catalog.client.query_one(sql, &[]).await;
    let published: SystemTime = row.expect("it is known").get(0);
    let after = published.duration_since(clock).unwrap_or_default();
    Loaded {
        begun,
        published_after: after,
        ended,
    }
}

fn report(quiet: Instant, loaded: &Loaded, reads: &[Read], table: &mut Table) {
    let end = loaded.ended + MARGIN;
    let begin = loaded.begun + loaded.published_after.saturating_sub(MARGIN);
    let across = reads::times(reads, begin, end);
    let most = worst(&across);
    let mut whole = reads::times(reads, loaded.begun, end);
    let mut before = reads::times(reads, quiet, loaded.begun);
    let failed = reads::failed(reads);
    let measured = format!(
        "worst {most:.0} ms of {} requests (the whole load of {:.0} s: worst {:.0} ms, p99 {:.1} ms; \
         before it: worst {:.1} ms, p99 {:.1} ms; {READS} reads/s of each server){failed}",
        across.len(),
        loaded.ended.duration_since(loaded.begun).as_secs_f64(),
        worst(&whole),
        percentile(&mut whole, 99),
        worst(&before),
        percentile(&mut before, 99),
    );
    table.judged(
        "a load published meanwhile: worst request of steady clients across the publication",
        "≤ 100 ms",
        most <= TARGET && failed.is_empty(),
        &measured,
    );
}
