//! Readers: responses about a permanent product must never be older than earlier ones.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio::time::sleep;

use super::{PERMANENT, SERVERS, Servers, random::Random, servers::SMALL_CACHE};
use crate::support::server::Server;

/// Last values that a client saw of each product: its slogan and the quantity of its sku.
#[derive(Default)]
struct Seen {
    slogans: HashMap<i64, String>,
    quantities: HashMap<i64, i64>,
}

impl Seen {
    /// Requests a permanent product. Once it was answered it must always be, with values that only grow.
    async fn observe(&mut self, server: &Server, id: i64, cached: &mut BTreeSet<String>) {
        for route in ["", "/styles"] {
            let path = format!("/products/{id}{route}");
            let Some(answer) = server.try_get(&path).await else {
                return;
            };
            if answer.status != 200 {
                let is_cached = cached.contains(&path);
                assert!(
                    answer.status == 503 && !is_cached,
                    "{path}: {}",
                    answer.status
                );
                continue;
            }
            let document = answer.json();
            cached.insert(path);
            if route.is_empty() {
                let slogan = document["slogan"].as_str().unwrap().to_owned();
                let last = self.slogans.insert(id, slogan.clone());
                assert!(
                    last.as_ref() <= Some(&slogan),
                    "{id}: {slogan} after {last:?}"
                );
            } else {
                let quantity = quantity(&document, id);
                let last = self.quantities.insert(id, quantity);
                assert!(last <= Some(quantity), "{id}: {quantity} after {last:?}");
            }
        }
    }
}

/// Returns the quantity of a sku, in any style.
fn quantity(styles: &Value, sku: i64) -> i64 {
    let mut styles = styles["results"].as_array().unwrap().iter();
    let found = styles.find_map(|style| style["skus"][sku.to_string()]["quantity"].as_i64());
    found.expect("a permanent sku exists")
}

/// Reads from one server until `stop`. `restarts` counts its restarts, after which its memory is empty.
pub async fn read(
    servers: Servers,
    n: usize,
    restarts: Arc<Vec<AtomicU32>>,
    seed: u64,
    stop: Arc<AtomicBool>,
) {
    let mut random = Random::new(seed, 100 + n as u64);
    let n = n % SERVERS;
    let (mut last, mut restart, mut cached) = (Seen::default(), 0, BTreeSet::new());
    while !stop.load(Ordering::Relaxed) {
        let server = servers[n].read().await;
        let now = restarts[n].load(Ordering::SeqCst);
        if restart != now {
            (restart, cached) = (now, BTreeSet::new());
        }
        if n == SMALL_CACHE {
            cached.clear();
        }
        let id = 1 + random.below(PERMANENT.unsigned_abs()).cast_signed();
        last.observe(&server, id, &mut cached).await;
        let other = format!("/products/{}/related", random.id());
        let status = server.try_get(&other).await.map(|answer| answer.status);
        assert!(
            matches!(status, None | Some(200 | 404 | 503)),
            "{other}: {status:?}"
        );
        drop(server);
        sleep(Duration::from_millis(2)).await;
    }
}
