//! Circuit breaker: while the database is away, requests fail at once instead of waiting.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Notify;
use tracing::{info, warn};

use crate::{cache::error::CacheError, metrics::Metrics};

/// Circuit breaker in front of the database: open while the database is away. A successful probe closes it.
pub struct CircuitBreaker {
    is_open: AtomicBool,
    was_closed: AtomicBool,
    probe_wanted: Notify,
    metrics: Arc<Metrics>,
}

impl CircuitBreaker {
    /// Creates an open one: nothing was read from the database yet.
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

    /// Fails while the breaker is open.
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

    /// Returns whether the database has ever answered.
    pub fn was_closed(&self) -> bool {
        self.was_closed.load(Ordering::Acquire)
    }

    /// Opens the breaker until a probe succeeds.
    pub fn trip(&self, reason: &str) {
        if !self.is_open.swap(true, Ordering::AcqRel) {
            warn!(error = reason, "The database does not answer: {reason}");
        }
        self.metrics.database_up.set(0);
        self.request_probe();
    }

    /// Requests a probe and keeps the breaker closed: one closed connection proves little.
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
        // Last: a reader that sees `was_closed` must also see the breaker closed.
        self.was_closed.store(true, Ordering::Release);
        self.metrics.database_up.set(1);
    }
}
