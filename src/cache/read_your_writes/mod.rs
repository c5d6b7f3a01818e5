//! Read-your-writes: responses to clients that want to see their own changes (`Cache-Control: no-cache`).
//!
//! **The rule.** A change and its key in the queue are committed together. So are a document and the removal of the
//! keys that it shows. So if a statement that begins after the request finds no key of the product in the queue, the
//! document has every earlier change.
//!
//! All waiting requests share one connection and one statement at a time. Their number is limited, so that a burst of
//! reloads does not overload the database.

pub mod waiter;
pub mod worker;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::{
    cache::{
        error::CacheError,
        feed::barrier::PollBarrier,
        fetch::circuit_breaker::CircuitBreaker,
        read_your_writes::waiter::{Scope, Waiter},
    },
    metrics::Metrics,
};

/// Requests' end of the queue of requests that wait for pending changes.
pub struct ReadYourWrites {
    pub waiters: mpsc::Sender<Waiter>,
    pub timeout: Duration,
    pub breaker: Arc<CircuitBreaker>,
    pub barrier: Arc<PollBarrier>,
    pub request_timeout: Duration,
    pub metrics: Arc<Metrics>,
}

impl ReadYourWrites {
    /// Waits until the documents of a product show every change that is committed now.
    ///
    /// # Errors
    ///
    /// [`CacheError::Pending`] if that takes longer than the setting allows; [`CacheError`] otherwise.
    pub async fn product(&self, id: i64) -> Result<(), CacheError> {
        self.breaker.check()?;
        self.wait(Scope::Product(id)).await
    }

    /// Waits until the documents and memory show every change that is committed now.
    ///
    /// # Errors
    ///
    /// As for [`Self::product`].
    pub async fn catalog(&self) -> Result<(), CacheError> {
        self.breaker.check()?;
        self.wait(Scope::Catalog).await?;
        timeout(self.request_timeout, self.barrier.next())
            .await
            .map_err(|_elapsed| CacheError::Unavailable)
    }

    async fn wait(&self, scope: Scope) -> Result<(), CacheError> {
        let begin = Instant::now();
        let (reply, replied) = oneshot::channel();
        let waiter = Waiter {
            scope,
            since: None,
            reply,
        };
        if self.waiters.try_send(waiter).is_err() {
            self.metrics.consistent_reads_rejected.inc();
            return Err(CacheError::Overloaded);
        }
        let result = timeout(self.timeout, replied).await;
        self.metrics
            .consistent_read_wait_seconds
            .observe(begin.elapsed().as_secs_f64());
        match result {
            Ok(Ok(result)) => result,
            Ok(Err(_closed)) => Err(CacheError::Unavailable),
            Err(_elapsed) => Err(CacheError::Pending),
        }
    }
}
