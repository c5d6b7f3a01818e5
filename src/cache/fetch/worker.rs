//! Fetch workers: each reads all products that wait at the moment in one statement.

use std::{
    collections::{HashMap, hash_map::Entry as Slot},
    sync::Arc,
    time::{Duration, Instant},
};

use foldhash::fast::RandomState;
use tokio::time::sleep;
use tracing::warn;

use crate::{
    cache::{
        entry::Entry,
        epoch::{Epoch, Epochs},
        error::CacheError,
        fetch::{
            circuit_breaker::CircuitBreaker,
            queue::{Waiter, Waiters},
            reader::{DocumentReader, FetchError},
        },
    },
    document::store::Fetched,
    metrics::Metrics,
    telemetry::traces::Traces,
};

/// Pause between two probes of a database that is away.
const PROBE_INTERVAL: Duration = Duration::from_millis(100);

/// State that the workers share.
pub struct FetchWorkers {
    pub(in crate::cache) waiters: Waiters,
    pub(in crate::cache) breaker: Arc<CircuitBreaker>,
    pub(in crate::cache) reader: DocumentReader,
    pub(in crate::cache) epochs: Arc<Epochs>,
    pub(in crate::cache) batch_size: usize,
    pub(in crate::cache) negative_ttl: Duration,
    pub(in crate::cache) traces: Traces,
    pub(in crate::cache) metrics: Arc<Metrics>,
}

impl FetchWorkers {
    /// Fetches batches forever. Run one per pooled connection.
    pub async fn work(&self) {
        let mut batch = Vec::new();
        while self.waiters.next_batch(&mut batch, self.batch_size).await {
            if !batch.is_empty() {
                self.fetch(&mut batch).await;
            }
        }
    }

    /// Probes the database repeatedly while it is away. Run one.
    pub async fn probe(&self) {
        loop {
            self.breaker.probe_requested().await;
            while let Err(error) = self.reader.read(&[]).await {
                self.breaker.trip(&error.to_string());
                sleep(PROBE_INTERVAL).await;
            }
            self.breaker.close();
        }
    }

    async fn fetch(&self, batch: &mut Vec<Waiter>) {
        if self.breaker.check().is_err() {
            refuse(batch);
            return;
        }
        let mut ids: Vec<i64> = batch.iter().map(|waiter| waiter.id).collect();
        ids.sort_unstable();
        ids.dedup();
        // Before the statement: if the feed is rewound meanwhile, the result belongs to the time before.
        let rewinds = self.epochs.rewinds();
        let begin = Instant::now();
        match self.read_in_span(&ids, batch).await {
            Ok(fetched) => {
                self.observe(&ids, begin);
                let epoch = Epoch::new(fetched.publication.epoch, rewinds);
                self.deliver(fetched, epoch, batch);
            }
            Err(error) => {
                self.record_failure(&error, &ids);
                refuse(batch);
            }
        }
    }

    fn observe(&self, ids: &[i64], begin: Instant) {
        self.metrics
            .fetch_duration_seconds
            .observe(begin.elapsed().as_secs_f64());
        let products = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        self.metrics.fetch_batch_products.observe(products.into());
    }

    fn record_failure(&self, error: &FetchError, ids: &[i64]) {
        self.metrics.fetch_failures.inc();
        if error.is_away() {
            self.breaker.trip(&error.to_string());
        } else {
            warn!(error = %error, products = ids.len(), "Fetching documents failed: {error}");
        }
    }

    fn deliver(&self, fetched: Fetched, epoch: Epoch, batch: &mut Vec<Waiter>) {
        let time_to_live = self.negative_ttl;
        let entry = |row| Arc::new(Entry::from_row(row, epoch, time_to_live));
        let rows = fetched.documents.into_iter();
        let mut entries: HashMap<i64, Arc<Entry>, RandomState> =
            rows.map(|row| (row.product_id, entry(row))).collect();
        for waiter in batch.drain(..) {
            let entry = match entries.entry(waiter.id) {
                Slot::Occupied(slot) => Arc::clone(slot.get()),
                Slot::Vacant(slot) => {
                    let absent = Entry::absent(waiter.id, epoch, time_to_live);
                    Arc::clone(slot.insert(Arc::new(absent)))
                }
            };
            waiter.answer(Ok(entry));
        }
    }

    /// Reads `ids` for `batch`, in a span if any of its requests has one.
    async fn read_in_span(&self, ids: &[i64], batch: &mut [Waiter]) -> Result<Fetched, FetchError> {
        let spans = batch.iter_mut().filter_map(|waiter| waiter.span.take());
        let spans = spans.map(|span| *span).collect();
        let span = self.traces.statement("fetch documents", spans);
        let result = self.reader.read(ids).await;
        if let Some(span) = span {
            let products = i64::try_from(ids.len()).unwrap_or(i64::MAX);
            span.set("db.operation.batch.size", products);
            if result.is_err() {
                span.fail();
            }
        }
        result
    }
}

fn refuse(batch: &mut Vec<Waiter>) {
    for waiter in batch.drain(..) {
        waiter.answer(Err(CacheError::Unavailable));
    }
}
