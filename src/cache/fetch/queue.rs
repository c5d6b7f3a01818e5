//! Fetch queue: requests wait here for the fetch workers.
//!
//! A request joins a batch only before the batch's statement begins. Otherwise it could get an entry that was read
//! before a change that it already knows of.

use std::sync::Arc;

use tokio::sync::{
    Mutex,
    mpsc::{self, Permit},
    oneshot,
};

use crate::{
    cache::{entry::Entry, error::CacheError, fetch::circuit_breaker::CircuitBreaker},
    metrics::Metrics,
    telemetry::traces::{SpanContext, Traces},
};

/// Result for a [`Waiter`].
pub type Reply = Result<Arc<Entry>, CacheError>;

/// Request that waits for a product.
pub struct Waiter {
    pub id: i64,
    /// Span of the request, if it has one. Boxed, because few requests have one.
    pub span: Option<Box<SpanContext>>,
    pub reply: oneshot::Sender<Reply>,
}

impl Waiter {
    /// Sends the result, if the request still waits.
    pub fn answer(self, reply: Reply) {
        // Sending fails if the request gave up, which does no harm.
        let _ = self.reply.send(reply);
    }
}

/// Requests' end of the queue.
pub struct FetchQueue {
    waiters: mpsc::Sender<Waiter>,
    breaker: Arc<CircuitBreaker>,
    traces: Traces,
    metrics: Arc<Metrics>,
}

/// Workers' end of the queue.
pub struct Waiters(Mutex<mpsc::Receiver<Waiter>>);

impl FetchQueue {
    /// Creates both ends of a queue for at most `capacity` products.
    pub fn new(
        capacity: usize,
        breaker: Arc<CircuitBreaker>,
        traces: Traces,
        metrics: Arc<Metrics>,
    ) -> (Self, Waiters) {
        let (sender, receiver) = mpsc::channel(capacity);
        let queue = Self {
            waiters: sender,
            breaker,
            traces,
            metrics,
        };
        (queue, Waiters(Mutex::new(receiver)))
    }

    /// Fetches one product.
    ///
    /// # Errors
    ///
    /// [`CacheError`]; at once if the queue is full or the circuit breaker is open.
    pub async fn fetch(&self, id: i64) -> Result<Arc<Entry>, CacheError> {
        let mut entries = self.fetch_many(&[id]).await?;
        entries.pop().ok_or(CacheError::Unavailable)
    }

    /// Fetches `ids`, in their order.
    ///
    /// # Errors
    ///
    /// As for [`Self::fetch`], for all products or none.
    pub async fn fetch_many(&self, ids: &[i64]) -> Result<Vec<Arc<Entry>>, CacheError> {
        let mut entries = Vec::with_capacity(ids.len());
        for reply in self.enqueue(ids)? {
            entries.push(reply.await.map_err(|_closed| CacheError::Unavailable)??);
        }
        Ok(entries)
    }

    fn enqueue(&self, ids: &[i64]) -> Result<Vec<oneshot::Receiver<Reply>>, CacheError> {
        self.breaker.check()?;
        let Ok(permits) = self.waiters.try_reserve_many(ids.len()) else {
            self.metrics.fetch_rejected.inc_by(ids.len() as u64);
            return Err(CacheError::Overloaded);
        };
        // Checked once for all products of a request.
        let mut span = self.traces.current().map(Box::new);
        let join = |(permit, &id): (Permit<'_, Waiter>, &i64)| {
            let (reply, replied) = oneshot::channel();
            let span = span.take();
            permit.send(Waiter { id, span, reply });
            replied
        };
        Ok(permits.zip(ids).map(join).collect())
    }

    /// Updates the gauge of waiting products.
    pub fn observe(&self) {
        let n_waiting = self.waiters.max_capacity() - self.waiters.capacity();
        self.metrics
            .fetch_queue
            .set(i64::try_from(n_waiting).unwrap_or(i64::MAX));
    }
}

impl Waiters {
    /// Waits for requests and moves at most `limit` of those that still wait into `batch`. Returns false when the queue
    /// is closed.
    pub async fn next_batch(&self, batch: &mut Vec<Waiter>, limit: usize) -> bool {
        if self.0.lock().await.recv_many(batch, limit).await == 0 {
            return false;
        }
        batch.retain(|waiter| !waiter.reply.is_closed());
        true
    }
}
