//! Faults: servers and database are killed, paused and cut off.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use tokio::time::sleep;

use super::{
    SERVERS, Servers, database::Database, random::Random, servers::start_server,
    verification::expect_correct, writers::Shop,
};
use crate::support::proxy::Passage;

/// Injects `rounds` faults, and verifies all documents after each.
pub async fn inject_faults(
    database: &mut Database,
    servers: &Servers,
    restarts: &[AtomicU32],
    shop: &Shop,
    seed: u64,
    rounds: u32,
) {
    let mut random = Random::new(seed, 200);
    for round in 0..rounds {
        sleep(Duration::from_millis(300 + random.below(400))).await;
        match (u64::from(round) + seed) % 7 {
            0 | 3 => {
                let n = usize::try_from(random.below(SERVERS as u64)).unwrap();
                servers[n].read().await.kill().await;
                let mut place = servers[n].write().await;
                *place = start_server(database.url(), n).await;
                restarts[n].fetch_add(1, Ordering::SeqCst);
            }
            1 => database.kill_and_restart().await,
            2 => {
                database.proxy.set(Passage::Cut);
                sleep(Duration::from_millis(random.below(300))).await;
                database.proxy.set(Passage::Open);
            }
            4 => {
                let time = Duration::from_millis(random.below(1_500));
                database.freeze(time).await;
            }
            5 => {
                let n = usize::try_from(random.below(SERVERS as u64)).unwrap();
                let server = servers[n].read().await;
                server.signal("STOP").await;
                sleep(Duration::from_millis(random.below(1_500))).await;
                server.signal("CONT").await;
            }
            _ => {
                database.proxy.set(Passage::Silent);
                sleep(Duration::from_millis(200 + random.below(1_500))).await;
                database.proxy.set(Passage::Open);
            }
        }
        let _no_transaction = shop.transactions.write().await;
        expect_correct(database.url(), servers).await;
    }
}
