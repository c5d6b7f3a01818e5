//! Writers: random transactions, some of which fail, are rolled back, or stay open for a while.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use atelierex::db::{connect::ConnectError, session};
use tokio::{
    sync::RwLock,
    time::{sleep, timeout},
};
use tokio_postgres::Client;

use super::{IDS, random::Random};

/// Returns a random statement of a shop. Values of permanent rows only grow.
fn statement(random: &mut Random) -> String {
    let (id, other, transient) = (random.id(), random.id(), random.transient());
    let tick = "'tick ' || lpad(nextval('tick')::text, 12, '0')";
    match random.below(33) {
        0..=3 => format!("UPDATE catalog.product SET slogan = {tick} WHERE id = {id}"),
        4..=7 => format!("UPDATE catalog.sku SET quantity = nextval('tick') WHERE id = {id}"),
        8 => format!("UPDATE catalog.sku SET size = size WHERE id > {id}"),
        9 => format!("UPDATE catalog.sku SET quantity = nextval('tick') WHERE id >= {id}"),
        10 => format!("DELETE FROM catalog.product WHERE id = {transient}"),
        11 | 12 => format!(
            "INSERT INTO catalog.product (id, name, slogan, category, default_price) VALUES ({transient}, 'Product', {tick}, 'New', 1)
             ON CONFLICT (id) DO UPDATE SET name = 'Again'"
        ),
        13 | 26..=29 => format!("UPDATE catalog.style SET product_id = {other} WHERE id = {transient}"),
        14 => format!("DELETE FROM catalog.style WHERE id = {transient}"),
        15 | 16 => format!(
            "INSERT INTO catalog.style (id, product_id, name, original_price, default_style)
             VALUES ({transient}, {other}, 'Style', 1, false) ON CONFLICT DO NOTHING"
        ),
        17 => format!("UPDATE catalog.sku SET style_id = {other} WHERE id = {transient}"),
        18 => format!("DELETE FROM catalog.sku WHERE id = {transient}"),
        19 => format!(
            "INSERT INTO catalog.sku (id, style_id, size, quantity) VALUES ({transient}, {other}, 'M', nextval('tick'))
             ON CONFLICT (id) DO UPDATE SET size = 'L'"
        ),
        20 => format!("UPDATE catalog.photo SET url = {tick}, style_id = {other} WHERE id = {id}"),
        21 => format!(
            "INSERT INTO catalog.photo (id, style_id, url) VALUES ({}, {other}, {tick})",
            IDS.cast_signed() + id
        ),
        22 => format!("DELETE FROM catalog.photo WHERE id >= {id}"),
        23 => format!("UPDATE catalog.feature SET value = {tick}, product_id = {other} WHERE id = {id}"),
        24 => format!(
            "INSERT INTO catalog.related_product (id, product_id, related_product_id)
             VALUES (nextval('tick'), {id}, {other})"
        ),
        30 => format!("UPDATE catalog.product SET category = NULL WHERE id = {id}"),
        31 | 32 => format!("UPDATE catalog.product SET category = 'Category {}' WHERE id = {id}", other % 3),
        _ if random.below(10) == 0 => "TRUNCATE catalog.feature".to_owned(),
        _ => format!("DELETE FROM catalog.related_product WHERE related_product_id = {other}"),
    }
}

/// State shared by the writers.
#[derive(Default)]
pub struct Shop {
    /// Every transaction holds it for reading. Whoever holds it for writing knows that there is none.
    pub transactions: RwLock<()>,
    pub is_closed: AtomicBool,
    pub committed: AtomicU32,
}

/// Runs random transactions until the shop is closed.
pub async fn write(url: String, seed: u64, task: u64, shop: Arc<Shop>) {
    let mut random = Random::new(seed, task);
    let mut client: Option<Client> = None;
    while !shop.is_closed.load(Ordering::Relaxed) {
        let _open = shop.transactions.read().await;
        let open = match client.take().filter(|client| !client.is_closed()) {
            Some(open) => open,
            None => match timeout(Duration::from_secs(1), writer(&url)).await {
                Ok(Ok(open)) => open,
                _ => continue,
            },
        };
        let mut script = vec!["BEGIN".to_owned()];
        script.extend((0..=random.below(3)).map(|_| statement(&mut random)));
        let is_commit = random.below(5) > 0;
        script.push(if is_commit { "COMMIT" } else { "ROLLBACK" }.to_owned());
        let transaction = async {
            for sql in &script {
                if open.batch_execute(sql).await.is_err() {
                    return open.batch_execute("ROLLBACK").await.map(|()| false);
                }
            }
            Ok(is_commit)
        };
        match timeout(Duration::from_secs(3), transaction).await {
            Ok(Ok(is_commit)) => {
                shop.committed
                    .fetch_add(is_commit.into(), Ordering::Relaxed);
                client = Some(open);
            }
            // Unknown outcome, which is part of the test.
            _ => client = None,
        }
        // Otherwise writers would spend their time waiting for each other.
        sleep(Duration::from_millis(random.below(10))).await;
    }
}

/// Opens a session of a writer.
pub async fn writer(url: &str) -> Result<Client, ConnectError> {
    let limits = [("statement_timeout", "2s"), ("lock_timeout", "1s")];
    session::connect(url, "writer", &limits).await
}
