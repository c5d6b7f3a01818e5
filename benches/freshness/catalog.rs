//! The loaded catalog, and changes of it.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use tokio_postgres::{Client, Statement};

use super::support::{
    random::Random,
    scratch::{self, Scratch, connect},
};

/// Longest time of a statement.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(300);

/// Longest time until everything is composed.
const CALM_TIMEOUT: Duration = Duration::from_secs(120);

/// A sku with its product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sku {
    pub id: i64,
    pub product: i64,
}

/// A loaded catalog.
pub struct Catalog {
    /// URL of the database.
    pub url: String,
    /// Highest id of a product.
    pub products: i64,
    /// Highest id of a sku.
    pub skus: i64,
    /// Session for other queries.
    pub client: Client,
    next_quantity: AtomicI64,
    seed: AtomicI64,
}

impl Catalog {
    /// Loads the export, unless an earlier run has.
    pub async fn prepare(scratch: &Scratch) -> Self {
        let url = scratch.loaded_database(scratch::DATABASE).await;
        let client = bounded(&url).await;
        reset_capture(&client).await;
        let catalog = Self {
            products: highest(&client, "product").await,
            skus: highest(&client, "sku").await,
            url,
            client,
            next_quantity: AtomicI64::new(first_quantity()),
            seed: AtomicI64::new(1),
        };
        eprintln!("{} products, {} skus", catalog.products, catalog.skus);
        catalog
    }

    /// Returns a quantity that no sku has ever had. It has 18 digits, like nothing else in a document.
    pub fn new_quantity(&self) -> i64 {
        self.new_quantities(1)
    }

    /// Returns the first of `count` consecutive such quantities.
    pub fn new_quantities(&self, count: i64) -> i64 {
        self.next_quantity.fetch_add(count, Ordering::Relaxed)
    }

    /// Returns a random number generator with a seed of its own.
    pub fn random(&self) -> Random {
        let seed = self.seed.fetch_add(1, Ordering::Relaxed);
        Random::new(seed.cast_unsigned() << 32)
    }

    /// Returns `count` different skus of the whole catalog, in random order; fewer if it has hardly more.
    pub async fn pick(&self, count: usize) -> Vec<Sku> {
        let sql = "SELECT sku.id, style.product_id
            FROM unnest($1::bigint[]) AS asked (id)
            JOIN catalog.sku USING (id) JOIN catalog.style ON style.id = sku.style_id
            ORDER BY hashint8(sku.id)";
        let mut random = self.random();
        let mut picked = Vec::with_capacity(count);
        let mut known = HashSet::new();
        for _attempt in 0..4 {
            if picked.len() >= count {
                break;
            }
            let asked: Vec<i64> = (0..16 + 2 * count)
                .map(|_| random.up_to(self.skus))
                .collect();
            let rows = self.client.query(sql, &[&asked]).await;
            let found = rows
                .expect("skus can be asked for")
                .into_iter()
                .map(|row| Sku {
                    id: row.get(0),
                    product: row.get(1),
                });
            picked.extend(found.filter(|sku| known.insert(sku.id)));
        }
        picked.truncate(count);
        picked
    }

    /// Waits until no change is pending, so that one measurement does not burden the next.
    ///
    /// # Panics
    ///
    /// If that takes longer than two minutes.
    pub async fn calm(&self) {
        let sql = "SELECT EXISTS (SELECT FROM serving.change_queue) OR EXISTS (SELECT FROM serving.bulk_change)";
        let began = Instant::now();
        loop {
            let row = self.client.query_one(sql, &[]).await;
            if !row.expect("the queue can be read").get::<_, bool>(0) {
                return;
            }
            assert!(began.elapsed() < CALM_TIMEOUT, "the queue stays filled");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Opens a session for changes.
    pub async fn writer(&self) -> Writer {
        let client = bounded(&self.url).await;
        let sql = "UPDATE catalog.sku SET quantity = $2 WHERE id = $1";
        let update = client.prepare(sql).await.expect("skus can be changed");
        Writer { client, update }
    }
}

/// Session that changes skus.
pub struct Writer {
    client: Client,
    update: Statement,
}

impl Writer {
    /// Changes a sku. Returns the time of the commit.
    pub async fn set(&self, sku: Sku, quantity: i64) -> Instant {
        let changed = self
            .client
            .execute(&self.update, &[&sku.id, &quantity])
            .await;
        let rows = changed.expect("skus can be changed");
        assert_eq!(rows, 1, "{sku:?}");
        Instant::now()
    }
}

/// Opens a session with a statement timeout.
pub async fn bounded(url: &str) -> Client {
    let client = connect(url).await;
    let limit = format!("SET statement_timeout = {}", STATEMENT_TIMEOUT.as_millis());
    client.batch_execute(&limit).await.expect("it can be set");
    client
}

/// Enables change capture and clears the queues.
pub async fn reset_capture(client: &Client) {
    let sql = "ALTER TABLE catalog.sku ENABLE TRIGGER USER; TRUNCATE serving.change_queue, serving.bulk_change";
    client.batch_execute(sql).await.expect("it can be reset");
}

async fn highest(client: &Client, table: &str) -> i64 {
    let sql = format!("SELECT max(id) FROM catalog.{table}");
    let row = client.query_one(&sql, &[]).await.expect("it can be asked");
    row.get(0)
}

fn first_quantity() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = now.expect("it is later than 1970").as_secs();
    seconds.cast_signed() * 100_000_000
}
