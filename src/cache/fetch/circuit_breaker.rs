//! Circuit breaker: while the database is away, requests fail at once instead of one by one.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Notify;
use tracing::{info, warn};

use crate::{cache::error::CacheError, metrics::Metrics};

/// Circuit breaker in front of the database: open while that is away. A probe closes it again.
pub struct CircuitBreaker {
    is_open: AtomicBool,
    was_closed: AtomicBool,
    probe_wanted: Notify,
    metrics: Arc<Metrics>,
}

impl CircuitBreaker {
    /// Makes an open one: nothing has been read from the database yet.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        let breaker = Self {
            is_open: AtomicBool::new(true),
            was_closed: AtomicBool::new(false),
            probe_wanted: Notify::new(),
            metrics,
        };
        breaker.request_probe();
        breaker
    }

    /// Fails while the database is known to be away.
    ///
    /// # Errors
    ///
    /// [`CacheError::Unavailable`].
    pub fn check(&self) -> Result<(), CacheError> {
        if self.is_open.load(Ordering::Acquire) {
            return Err(CacheError::Unavailable);
        }
        Ok(())
    }

    /// Tells that the database has answered at least once.
    pub fn was_closed(&self) -> bool {
        self.was_closed.load(Ordering::Acquire)
    }

    /// Opens the breaker until a probe is answered.
    pub fn trip(&self, reason: &str) {
        if !self.is_open.swap(true, Ordering::AcqRel) {
            warn!(error = reason, "The database does not answer: {reason}");
        }
        self.metrics.database_up.set(0);
        self.request_probe();
    }

    /// Requests a probe without refusing anybody before its result: one closed connection says little.
    pub fn request_probe(&self) {
        self.probe_wanted.notify_one();
    }

    /// Waits until a probe is requested.
    pub async fn probe_requested(&self) {
        self.probe_wanted.notified().await;
    }

    /// Closes the breaker after a probe was answered.
    pub fn close(&self) {
        if self.is_open.swap(false, Ordering::AcqRel) {
            info!("The database answers");
        }
        // Last: whoever sees that it was closed must not find it open.
        self.was_closed.store(true, Ordering::Release);
        self.metrics.database_up.set(1);
    }
}
