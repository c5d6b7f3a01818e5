//! Lookups in memory. Every hit is counted. Lookups fail once memory is too old.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::{
    cache::{
        documents::{DocumentKind, Encoded},
        encoding::{Encoding, INLINE_BYTES},
        entry::Entry,
        epoch::Epochs,
        error::CacheError,
        feed::liveness::Liveness,
        map::{self, Entries},
        source::Source,
        store::EntryStore,
    },
    config::CacheConfig,
    metrics::Metrics,
};

/// Entry store as requests see it.
pub struct Lookup {
    store: EntryStore<Entries>,
    liveness: Liveness,
    metrics: Arc<Metrics>,
}

impl Lookup {
    pub fn new(config: &CacheConfig, epochs: Arc<Epochs>, metrics: Arc<Metrics>) -> Self {
        let capacity = config.cache_capacity_bytes;
        metrics
            .cache_capacity_bytes
            .set(i64::try_from(capacity).unwrap_or(i64::MAX));
        let entries = map::entries(capacity, metrics.cache_evictions.clone());
        Self {
            store: EntryStore::new(entries, epochs),
            liveness: Liveness::new(config.stale_after, config.max_stale),
            metrics,
        }
    }

    /// Returns the store, which has entries of every epoch.
    pub fn store(&self) -> &EntryStore<Entries> {
        &self.store
    }

    /// Returns the liveness of the database.
    pub fn liveness(&self) -> &Liveness {
        &self.liveness
    }

    /// Returns the entry of a product if it may answer a request. Does not count a hit: see [`Self::count_hits`].
    pub fn current(&self, id: i64) -> Option<Arc<Entry>> {
        let entry = self.store.get(id)?;
        self.store.is_current(&entry).then_some(entry)
    }

    /// Counts `n` products answered from memory and returns how old memory is.
    ///
    /// # Errors
    ///
    /// [`CacheError::Unavailable`] when it is too old to be served.
    pub fn count_hits(&self, n: u64) -> Result<Source, CacheError> {
        let staleness = self.liveness.staleness()?;
        self.metrics.cache_hits.inc_by(n);
        let Some(age) = staleness else {
            return Ok(Source::Hit);
        };
        self.metrics.cache_stale_served.inc_by(n);
        Ok(Source::Stale(age))
    }

    /// Returns the document of `kind` in `encoding`, created on first use and kept; `None` if it would not be smaller.
    pub async fn encoded<'entry>(
        &self,
        entry: &'entry Arc<Entry>,
        kind: DocumentKind,
        encoding: Encoding,
    ) -> Option<&'entry Encoded> {
        let document = entry.documents()?.get(kind);
        if let Some(encoded) = document.encoded(encoding) {
            return encoded;
        }
        if document.identity().body.len() <= INLINE_BYTES {
            document.encode(encoding);
        } else {
            encode_elsewhere(Arc::clone(entry), kind, encoding).await;
        }
        self.store.update_weight(entry);
        document.encoded(encoding).flatten()
    }

    /// Updates the gauges that are computed on demand.
    pub fn observe(&self) {
        let Some(entries) = self.store.entries() else {
            return;
        };
        let (n_entries, bytes) = (entries.entry_count(), entries.weighted_size());
        self.metrics.cache_entries.set(n_entries.cast_signed());
        self.metrics.cache_bytes.set(bytes.cast_signed());
        #[expect(clippy::cast_precision_loss, reason = "an average need not be exact")]
        let average = bytes as f64 / n_entries.max(1) as f64;
        self.metrics.cache_bytes_per_product.set(average);
    }
}

/// Creates an encoding on a thread that may block.
async fn encode_elsewhere(entry: Arc<Entry>, kind: DocumentKind, encoding: Encoding) {
    let encode = move || {
        if let Some(documents) = entry.documents() {
            documents.get(kind).encode(encoding);
        }
    };
    // The task fails only by a panic. Then the response is sent without the encoding.
    let _ = spawn_blocking(encode).await;
}
