//! Random histories: writers change rows while servers and database fail.
//!
//! In the end every document on every server must equal its recomputation. Meanwhile no client may see a value that is
//! older than one it saw before.

mod database;
mod faults;
mod random;
mod readers;
mod servers;
mod verification;
mod writers;

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use atelierex::db::migrate;
use tokio::{sync::RwLock, task::JoinSet};

use self::{
    database::Database,
    faults::inject_faults,
    readers::read,
    servers::start_server,
    verification::expect_correct,
    writers::{Shop, write, writer},
};
use crate::support::{export::Export, fixtures::named, server::Server};

const SERVERS: usize = 3;
const WRITERS: u64 = 6;

/// Several readers per server, so that their reads overlap.
const READERS: usize = 4 * SERVERS;

/// Products, styles and skus up to this id are neither moved nor deleted. Their values only grow.
const PERMANENT: i64 = 4;

/// Number of ids in each table.
const IDS: u64 = 20;

type Servers = Arc<Vec<RwLock<Server>>>;

/// Runs a random history with this number of faults.
async fn run_history(seed: u64, rounds: u32) {
    eprintln!("seed {seed}");
    let mut database = Database::start().await;
    let url = database.url().to_owned();
    migrate::run_pending(&url).await.unwrap();
    let export = Export::of(&named("Old", IDS.cast_signed()));
    export.load(&url, &[]).await.expect_code(0);
    let client = writer(&url).await.unwrap();
    client
        .batch_execute("CREATE SEQUENCE tick START 1000")
        .await
        .unwrap();
    drop(client);
    let mut running = Vec::new();
    for n in 0..SERVERS {
        running.push(RwLock::new(start_server(&url, n).await));
    }
    let servers: Servers = Arc::new(running);
    let restarts: Arc<Vec<AtomicU32>> = Arc::new((0..SERVERS).map(|_| AtomicU32::new(0)).collect());
    let (shop, stop_reading) = (Arc::<Shop>::default(), Arc::default());
    let (mut writers, mut readers) = (JoinSet::new(), JoinSet::new());
    for task in 0..WRITERS {
        writers.spawn(write(url.clone(), seed, task, Arc::clone(&shop)));
    }
    for n in 0..READERS {
        let (servers, restarts) = (Arc::clone(&servers), Arc::clone(&restarts));
        readers.spawn(read(servers, n, restarts, seed, Arc::clone(&stop_reading)));
    }
    inject_faults(&mut database, &servers, &restarts, &shop, seed, rounds).await;
    shop.is_closed.store(true, Ordering::Relaxed);
    writers.join_all().await;
    expect_correct(&url, &servers).await;
    stop_reading.store(true, Ordering::Relaxed);
    readers.join_all().await;
    let committed = shop.committed.load(Ordering::Relaxed);
    eprintln!("{committed} transactions");
    assert!(committed > 5 * rounds);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_transactions_and_crashes_leave_every_server_correct() {
    run_history(1, 12).await;
}

/// Runs as many histories as `ORACLE_SEEDS` says, with seeds after the one above.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs ORACLE_SEEDS histories: a long search, by hand"]
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own setting, not one of the program"
)]
async fn many_random_histories_leave_every_server_correct() {
    let seeds = env::var("ORACLE_SEEDS").map_or(20, |seeds| seeds.parse().unwrap());
    for seed in 2..2 + seeds {
        run_history(seed, 15).await;
    }
}
