//! Snapshots of the catalog. Responses about several products take their ids from one.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use crate::{
    cache::{
        catalog::category_index::CategoryIndex,
        documents::Part,
        epoch::{Epoch, Epochs},
        error::CacheError,
    },
    metrics::Metrics,
};

/// Catalog at a position in the feed.
#[derive(Debug)]
pub struct Snapshot {
    pub epoch: Epoch,
    /// Position in the feed: the snapshot has all changes up to it.
    pub position: i64,
    pub index: CategoryIndex,
    /// Response to `GET /categories`, created on first use.
    pub categories: Arc<OnceLock<Part>>,
}

/// The snapshot that is served.
pub struct CurrentSnapshot {
    snapshot: RwLock<Option<Arc<Snapshot>>>,
    epochs: Arc<Epochs>,
    metrics: Arc<Metrics>,
}

impl CurrentSnapshot {
    /// Creates an empty slot: nothing is served yet.
    pub fn new(epochs: Arc<Epochs>, metrics: Arc<Metrics>) -> Self {
        Self {
            snapshot: RwLock::new(None),
            epochs,
            metrics,
        }
    }

    /// Returns the snapshot that is served.
    ///
    /// # Errors
    ///
    /// [`CacheError::Unavailable`] before the first one.
    pub fn get(&self) -> Result<Arc<Snapshot>, CacheError> {
        let snapshot = self.snapshot.read().unwrap_or_else(PoisonError::into_inner);
        snapshot
            .as_ref()
            .map(Arc::clone)
            .ok_or(CacheError::Unavailable)
    }

    /// Serves `snapshot` from now on, and no entries of earlier epochs.
    pub fn publish(&self, snapshot: Snapshot) {
        let total = snapshot.index.products().total();
        let epoch = snapshot.epoch;
        *self
            .snapshot
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(snapshot));
        if epoch != self.epochs.current() {
            self.epochs.switch(epoch);
            self.metrics.publications.inc();
        }
        self.metrics.products.set(total.cast_signed());
    }
}
