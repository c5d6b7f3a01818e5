//! Selects the products of a batch: takes keys from the queues and resolves them.

use tokio_postgres::{Client, Error};

use super::{
    low_watermark::LowWatermark,
    pending::PendingWork,
    queue::{Backfill, ChangedProduct, Queue, cut_by_weight, merge},
};

/// Maximum number of source rows that a batch composes from, unless a single product has more. That is some hundreds of
/// usual products, and less than a tenth of a second.
const WEIGHT_PER_BATCH: i64 = 10_000;

/// The same for changes of many products at once, since single changes wait behind them.
const BULK_WEIGHT_PER_BATCH: i64 = 10_000;

/// Selects products, single changes before bulk changes.
pub struct BatchSelector {
    queue: Queue,
    low_watermark: LowWatermark,
    is_backfill_next: bool,
}

impl BatchSelector {
    /// Prepares the statements.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn prepare(client: &Client) -> Result<Self, Error> {
        Ok(Self {
            queue: Queue::prepare(client).await?,
            low_watermark: LowWatermark::default(),
            is_backfill_next: false,
        })
    }

    /// Returns the low watermark of the change queue.
    pub fn low_watermark(&self) -> i64 {
        self.low_watermark.seq()
    }

    /// Advances the low watermark.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn advance_low_watermark(&mut self, client: &Client) -> Result<(), Error> {
        self.low_watermark.advance(client).await
    }

    /// Takes keys and resolves them to products, as many as a batch may compose.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn select(
        &mut self,
        client: &Client,
        pending: PendingWork,
    ) -> Result<Vec<ChangedProduct>, Error> {
        let queue = &self.queue;
        let mut products = Vec::new();
        if pending.has_keys || pending.has_due_failures {
            let mut keys = queue.take_keys(client, self.low_watermark.seq()).await?;
            if pending.has_due_failures {
                queue.add_due(client, &mut keys).await?;
            }
            products = queue.resolve(client, &keys).await?;
            let surplus = cut_by_weight(&mut products, WEIGHT_PER_BATCH);
            queue.put_back(client, &surplus).await?;
        }
        let bulk = match (pending.has_chunks, pending.has_backfill) {
            (false, false) => Vec::new(),
            (true, has_backfill) if !(has_backfill && self.is_backfill_next) => {
                self.take_chunks(client).await?
            }
            _ => self.take_backfill(client).await?,
        };
        self.is_backfill_next = !self.is_backfill_next;
        merge(&mut products, bulk);
        if pending.has_failures {
            // A product leaves the quarantine only when all its documents can be composed.
            for product in &mut products {
                product.is_whole = true;
            }
        }
        Ok(products)
    }

    async fn take_chunks(&self, client: &Client) -> Result<Vec<ChangedProduct>, Error> {
        let queue = &self.queue;
        let keys = queue.take_chunks(client).await?;
        let mut products = queue.resolve(client, &keys).await?;
        let surplus = cut_by_weight(&mut products, BULK_WEIGHT_PER_BATCH);
        queue.put_back(client, &surplus).await?;
        Ok(products)
    }

    async fn take_backfill(&self, client: &Client) -> Result<Vec<ChangedProduct>, Error> {
        let queue = &self.queue;
        let Some(backfill) = queue.take_backfill(client).await? else {
            return Ok(Vec::new());
        };
        let (mut products, has_more) = queue.next_of_backfill(client, backfill).await?;
        let surplus = cut_by_weight(&mut products, BULK_WEIGHT_PER_BATCH);
        let next = surplus.first().map(|next| next.product_id);
        let last = products.last().filter(|_| has_more);
        let next = next.or_else(|| last?.product_id.checked_add(1));
        if let Some(from_product_id) = next {
            let rest = Backfill {
                from_product_id,
                ..backfill
            };
            queue.put_backfill_back(client, rest).await?;
        }
        Ok(products)
    }

    /// Puts products back into the queue.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn put_back(
        &self,
        client: &Client,
        products: &[ChangedProduct],
    ) -> Result<(), Error> {
        self.queue.put_back(client, products).await
    }
}
