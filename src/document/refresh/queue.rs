//! The change queue: taking keys of changed products, and resolving them to products.

use std::{collections::HashMap, time::SystemTime};

use tokio_postgres::{Client, Error, Row, Statement};

/// Maximum number of single keys per batch.
const KEYS_PER_BATCH: i64 = 500;

/// Maximum number of chunks of many keys per batch. A chunk has 200 keys, so that this is about as many usual products
/// as a batch can compose.
const CHUNKS_PER_BATCH: i64 = 2;

/// Maximum number of ids of a backfill per batch.
const BACKFILL_PER_BATCH: i64 = 500;

/// Keys that were taken and are not resolved to products yet.
#[derive(Default)]
pub(super) struct Keys {
    product_ids: Vec<i64>,
    products_changed_at: Vec<SystemTime>,
    style_ids: Vec<i64>,
    styles_changed_at: Vec<SystemTime>,
}

/// A product whose documents may have to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangedProduct {
    /// The product.
    pub product_id: i64,
    /// Time of its oldest change.
    pub changed_at: SystemTime,
    /// Number of source rows of its documents.
    pub weight: i64,
    /// Whole documents may have to change; otherwise only those that show photos and skus.
    pub is_whole: bool,
}

/// Backfill that composes every product from this id on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Backfill {
    pub from_product_id: i64,
    pub changed_at: SystemTime,
}

impl Keys {
    fn add_product(&mut self, id: i64, changed_at: SystemTime) {
        self.product_ids.push(id);
        self.products_changed_at.push(changed_at);
    }

    fn add_style(&mut self, id: i64, changed_at: SystemTime) {
        self.style_ids.push(id);
        self.styles_changed_at.push(changed_at);
    }

    fn is_empty(&self) -> bool {
        self.product_ids.is_empty() && self.style_ids.is_empty()
    }
}

/// Prepared statements on the queues.
pub(super) struct Queue {
    take_keys: Statement,
    take_due: Statement,
    take_chunks: Statement,
    take_backfill: Statement,
    backfill_ids: Statement,
    resolve: Statement,
    put_back: Statement,
    put_backfill_back: Statement,
}

impl Queue {
    pub async fn prepare(client: &Client) -> Result<Self, Error> {
        let prepare = async |sql: &str| client.prepare(sql).await;
        Ok(Self {
            take_keys: prepare(
                "DELETE FROM serving.change_queue
                 WHERE seq = ANY (ARRAY(SELECT seq FROM serving.change_queue WHERE seq > $1 ORDER BY seq LIMIT $2))
                 RETURNING product_id, style_id, changed_at",
            )
            .await?,
            take_due: prepare(
                "SELECT product_id, failed_at FROM serving.refresh_failure
                 WHERE retry_at <= clock_timestamp() ORDER BY retry_at LIMIT $1",
            )
            .await?,
            take_chunks: prepare(
                "DELETE FROM serving.bulk_change
                 WHERE seq = ANY (ARRAY(SELECT seq FROM serving.bulk_change WHERE from_product_id IS NULL ORDER BY seq LIMIT $1))
                 RETURNING product_ids, style_ids, changed_at",
            )
            .await?,
            take_backfill: prepare(
                "DELETE FROM serving.bulk_change WHERE from_product_id IS NOT NULL RETURNING from_product_id, changed_at",
            )
            .await?,
            backfill_ids: prepare(
                "SELECT id FROM (
                     (SELECT id FROM catalog.product WHERE id >= $1 ORDER BY id LIMIT $2)
                     UNION
                     (SELECT product_id FROM serving.product_document
                      WHERE product_id >= $1 AND NOT deleted ORDER BY product_id LIMIT $2)
                 ) AS present ORDER BY id LIMIT $2",
            )
            .await?,
            resolve: prepare(include_str!("resolve.sql")).await?,
            put_back: prepare(
                "INSERT INTO serving.bulk_change (product_ids, changed_at)
                 SELECT array_agg(product_id ORDER BY product_id), min(changed_at)
                 FROM unnest($1::bigint[], $2::timestamptz[]) WITH ORDINALITY AS surplus (product_id, changed_at, place)
                 GROUP BY (place - 1) / 200",
            )
            .await?,
            put_backfill_back: prepare(
                "INSERT INTO serving.bulk_change (from_product_id, changed_at) VALUES ($1, $2)",
            )
            .await?,
        })
    }

    /// Takes single keys with numbers above `low_watermark`, oldest first.
    pub async fn take_keys(&self, client: &Client, low_watermark: i64) -> Result<Keys, Error> {
        let mut keys = Keys::default();
        for row in client
            .query(&self.take_keys, &[&low_watermark, &KEYS_PER_BATCH])
            .await?
        {
            let changed_at = row.get(2);
            match (row.get(0), row.get(1)) {
                (Some(id), _) => keys.add_product(id, changed_at),
                (None, Some(id)) => keys.add_style(id, changed_at),
                (None, None) => {}
            }
        }
        Ok(keys)
    }

    /// Adds the quarantined products that are due for another attempt.
    pub async fn add_due(&self, client: &Client, keys: &mut Keys) -> Result<(), Error> {
        for row in client.query(&self.take_due, &[&KEYS_PER_BATCH]).await? {
            keys.add_product(row.get(0), row.get(1));
        }
        Ok(())
    }

    /// Takes chunks of many keys, oldest first.
    pub async fn take_chunks(&self, client: &Client) -> Result<Keys, Error> {
        let mut keys = Keys::default();
        for row in client
            .query(&self.take_chunks, &[&CHUNKS_PER_BATCH])
            .await?
        {
            let changed_at = row.get(2);
            let ids = |row: &Row, column: usize| row.get::<_, Option<Vec<i64>>>(column);
            for id in ids(&row, 0).unwrap_or_default() {
                keys.add_product(id, changed_at);
            }
            for id in ids(&row, 1).unwrap_or_default() {
                keys.add_style(id, changed_at);
            }
        }
        Ok(keys)
    }

    /// Takes the rest of a backfill. Several become one: the one with the most left.
    pub async fn take_backfill(&self, client: &Client) -> Result<Option<Backfill>, Error> {
        let rows = client.query(&self.take_backfill, &[]).await?;
        let backfill = |row: &Row| Backfill {
            from_product_id: row.get(0),
            changed_at: row.get(1),
        };
        Ok(rows.iter().map(backfill).reduce(|one, other| Backfill {
            from_product_id: one.from_product_id.min(other.from_product_id),
            changed_at: one.changed_at.min(other.changed_at),
        }))
    }

    /// Returns the products of `keys`, oldest change first.
    pub async fn resolve(
        &self,
        client: &Client,
        keys: &Keys,
    ) -> Result<Vec<ChangedProduct>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let rows = client
            .query(
                &self.resolve,
                &[
                    &keys.product_ids,
                    &keys.products_changed_at,
                    &keys.style_ids,
                    &keys.styles_changed_at,
                ],
            )
            .await?;
        let product = |row: &Row| ChangedProduct {
            product_id: row.get(0),
            changed_at: row.get(1),
            weight: row.get(2),
            is_whole: row.get(3),
        };
        Ok(rows.iter().map(product).collect())
    }

    /// Returns the next products of a backfill, ascending by id, and whether more may follow.
    pub async fn next_of_backfill(
        &self,
        client: &Client,
        backfill: Backfill,
    ) -> Result<(Vec<ChangedProduct>, bool), Error> {
        let rows = client
            .query(
                &self.backfill_ids,
                &[&backfill.from_product_id, &BACKFILL_PER_BATCH],
            )
            .await?;
        let mut keys = Keys::default();
        for row in &rows {
            keys.add_product(row.get(0), backfill.changed_at);
        }
        let has_more = i64::try_from(rows.len()) == Ok(BACKFILL_PER_BATCH);
        Ok((self.resolve(client, &keys).await?, has_more))
    }

    /// Puts products that exceed the batch back into the queue, behind single changes.
    pub async fn put_back(&self, client: &Client, surplus: &[ChangedProduct]) -> Result<(), Error> {
        if surplus.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = surplus.iter().map(|of| of.product_id).collect();
        let changed_at: Vec<SystemTime> = surplus.iter().map(|of| of.changed_at).collect();
        client.execute(&self.put_back, &[&ids, &changed_at]).await?;
        Ok(())
    }

    /// Puts the rest of a backfill back into the queue.
    pub async fn put_backfill_back(&self, client: &Client, rest: Backfill) -> Result<(), Error> {
        client
            .execute(
                &self.put_backfill_back,
                &[&rest.from_product_id, &rest.changed_at],
            )
            .await?;
        Ok(())
    }
}

/// Cuts off products beyond `limit` rows, but never the first: a product larger than a batch is a batch of its own.
pub(super) fn cut_by_weight(products: &mut Vec<ChangedProduct>, limit: i64) -> Vec<ChangedProduct> {
    let mut total = 0;
    let exceeds = |product: &ChangedProduct| {
        total += product.weight;
        total > limit
    };
    let n_fitting = products.iter().position(exceeds);
    let end = n_fitting.map_or(products.len(), |n| n.max(1));
    products.split_off(end.min(products.len()))
}

/// Adds further products. For one that is there already, more documents may have to change now.
pub(super) fn merge(products: &mut Vec<ChangedProduct>, more: Vec<ChangedProduct>) {
    let places: HashMap<i64, usize> = products
        .iter()
        .enumerate()
        .map(|(place, product)| (product.product_id, place))
        .collect();
    for product in more {
        match places.get(&product.product_id) {
            Some(&place) => products[place].is_whole |= product.is_whole,
            None => products.push(product),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::{ChangedProduct, cut_by_weight, merge};

    fn cut(weights: &[i64], limit: i64) -> (usize, usize) {
        let product = |&weight: &i64| ChangedProduct {
            product_id: weight,
            changed_at: SystemTime::UNIX_EPOCH,
            weight,
            is_whole: true,
        };
        let mut products: Vec<_> = weights.iter().map(product).collect();
        let surplus = cut_by_weight(&mut products, limit);
        (products.len(), surplus.len())
    }

    #[test]
    fn a_batch_is_limited_by_rows_and_not_by_products() {
        assert_eq!(cut(&[1; 30], 20), (20, 10));
        assert_eq!(cut(&[10, 10, 10], 20), (2, 1));
        assert_eq!(cut(&[10, 15, 1], 20), (1, 2), "in their order");
    }

    #[test]
    fn a_product_larger_than_a_batch_is_a_batch_of_its_own() {
        assert_eq!(cut(&[1_000, 1], 20), (1, 1));
        assert_eq!(cut(&[], 20), (0, 0));
    }

    #[test]
    fn a_product_is_composed_once_and_wholly_if_any_key_requires_it() {
        let product = |product_id, is_whole| ChangedProduct {
            product_id,
            changed_at: SystemTime::UNIX_EPOCH,
            weight: 1,
            is_whole,
        };
        let mut products = vec![product(1, false), product(2, true), product(3, false)];
        merge(
            &mut products,
            vec![product(1, true), product(2, false), product(4, false)],
        );
        let known: Vec<_> = products
            .iter()
            .map(|of| (of.product_id, of.is_whole))
            .collect();
        assert_eq!(known, [(1, true), (2, true), (3, false), (4, false)]);
    }
}
