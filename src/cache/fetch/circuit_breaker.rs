//! Remembers that the database is away, so that requests fail at once instead of one by one.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Notify;
use tracing::{info, warn};

use crate::metrics::Metrics;

/// Closed while the database is away. Who closes it wakes the prober, who opens it again.
pub(crate) struct Gate {
    is_closed: AtomicBool,
    was_open: AtomicBool,
    suspected: Notify,
    metrics: Arc<Metrics>,
}

impl Gate {
    /// Closed: nobody has read from the database yet.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        let gate = Self {
            is_closed: AtomicBool::new(true),
            was_open: AtomicBool::new(false),
            suspected: Notify::new(),
            metrics,
        };
        gate.suspected.notify_one();
        gate
    }

    /// Whether asking the database is pointless now.
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    /// Whether the database has ever answered.
    pub fn was_open(&self) -> bool {
        self.was_open.load(Ordering::Acquire)
    }

    /// Closes the gate until the prober has been answered.
    pub fn suspect(&self, reason: &str) {
        if !self.is_closed.swap(true, Ordering::AcqRel) {
            warn!(error = reason, "The database does not answer: {reason}");
        }
        self.metrics.database_up.set(0);
        self.suspected.notify_one();
    }

    /// Has the prober look, without refusing anybody before it knows: one closed connection says little.
    pub fn doubt(&self) {
        self.suspected.notify_one();
    }

    /// Waits until somebody has doubts.
    pub async fn suspected(&self) {
        self.suspected.notified().await;
    }

    /// Opens the gate.
    pub fn open(&self) {
        if self.is_closed.swap(false, Ordering::AcqRel) {
            info!("The database answers");
        }
        // Last: who is told that it was open must not find it closed.
        self.was_open.store(true, Ordering::Release);
        self.metrics.database_up.set(1);
    }
}
