//! The documents of products, from memory if they are there, otherwise loaded.

use std::{
    sync::{Arc, OnceLock, PoisonError, RwLock},
    time::Duration,
};

use foldhash::fast::RandomState;
use moka::{notification::RemovalCause, sync::Cache};
use tokio::{task::spawn_blocking, time::timeout};

use crate::cache::{
    audit::recent::RecentChanges,
    catalog::Catalogue,
    encoding::{Encoding, INLINE_BYTES},
    entry::{Encoded, Entry, Kind, Part},
    epoch::{Era, Eras},
    error::CacheError,
    feed::barrier::Passes,
    feed::liveness::Contact,
    fetch::loader::{self, Loader, Workers},
    map::{Entries, Memory},
    query::read_your_writes::{self, Confirmations, Confirmer},
    searcher::Searcher,
    store::Shelf,
};
use crate::{
    config::{CacheConfig, PoolConfig},
    db::pool::Pool,
    ids::ProductId,
    metrics::Metrics,
    telemetry::traces::Traces,
};

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Memory.
    Hit,
    /// Memory, although the database has not been heard of: stale for so long.
    Stale(Duration),
    /// The database.
    Miss,
    /// The database, since what was in memory was outdated.
    Outdated,
    /// The database, since the request asked for that.
    Requested,
}

impl Source {
    /// Where an answer came from of which other parts came from `other`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::Hit | Self::Stale(_) => other,
            Self::Miss | Self::Outdated | Self::Requested => self,
        }
    }
}

/// A product that was asked for.
#[derive(Clone, Debug)]
pub struct Found {
    /// What is known of it.
    pub entry: Arc<Entry>,
    /// Where that came from.
    pub source: Source,
}

/// Which products there are, in which publication, and with which of its changes.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub era: Era,
    /// Position of the feed: it shows all changes up to this one.
    pub position: i64,
    pub catalogue: Catalogue,
    /// `GET /categories`, made when it is asked for.
    pub categories: Arc<OnceLock<Part>>,
}

/// The documents of all products. Cheap to clone.
#[derive(Clone)]
pub struct DocumentCache {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub shelf: Shelf<Entries>,
    pub loader: Loader,
    pub searcher: Searcher,
    pub eras: Arc<Eras>,
    snapshot: RwLock<Option<Arc<Snapshot>>>,
    pub passes: Passes,
    pub confirmations: Confirmations,
    pub recent_changes: RecentChanges,
    pub contact: Contact,
    pub metrics: Arc<Metrics>,
    pub request_timeout: Duration,
    pub negative_ttl: Duration,
}

impl DocumentCache {
    /// Makes an empty cache, the workers that load what it lacks, and who asks for pending changes; who runs
    /// those is up to the caller.
    #[must_use]
    pub fn new(
        database_url: &str,
        config: &CacheConfig,
        pool_config: &PoolConfig,
        pool: Pool,
        searcher: Searcher,
        traces: Traces,
        metrics: Arc<Metrics>,
    ) -> (Self, Workers, Confirmer) {
        let eras = Arc::new(Eras::new());
        let (loader, workers) = loader::new(
            pool,
            pool_config.clone(),
            config.negative_ttl,
            Arc::clone(&eras),
            traces,
            Arc::clone(&metrics),
        );
        let (confirmations, confirmer) =
            read_your_writes::new(database_url, config, pool_config, Arc::clone(&metrics));
        let capacity = config.cache_capacity_bytes;
        metrics
            .cache_capacity_bytes
            .set(i64::try_from(capacity).unwrap_or(i64::MAX));
        let entries = (capacity > 0).then(|| new_cache(capacity, &metrics));
        let inner = Inner {
            shelf: Shelf::new(entries, Arc::clone(&eras)),
            loader,
            searcher,
            eras,
            snapshot: RwLock::new(None),
            passes: Passes::new(),
            confirmations,
            recent_changes: RecentChanges::default(),
            contact: Contact::new(config.stale_after, config.max_stale),
            metrics,
            request_timeout: pool_config.request_timeout,
            negative_ttl: config.negative_ttl,
        };
        let cache = Self {
            inner: Arc::new(inner),
        };
        (cache, workers, confirmer)
    }

    /// Whether the catalogue's index was loaded, documents can be, and what is in memory may be served.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let inner = &self.inner;
        inner.snapshot().is_some() && inner.loader.is_proven() && inner.contact.staleness().is_ok()
    }

    /// Has the feed read soon, by one who knows that there is something new.
    pub fn wake_feed(&self) {
        self.inner.passes.want();
    }

    /// Sets the gauges that nobody keeps up to date.
    pub fn observe(&self) {
        let inner = &self.inner;
        let waiting = inner.loader.waiting();
        inner
            .metrics
            .fetch_queue
            .set(i64::try_from(waiting).unwrap_or(i64::MAX));
        if let Some(entries) = inner.shelf.entries() {
            let (n_entries, bytes) = (entries.entry_count(), entries.weighted_size());
            let metrics = &inner.metrics;
            metrics.cache_entries.set(n_entries.cast_signed());
            metrics.cache_bytes.set(bytes.cast_signed());
            #[expect(clippy::cast_precision_loss, reason = "an average need not be exact")]
            let average = bytes as f64 / n_entries.max(1) as f64;
            metrics.cache_bytes_per_product.set(average);
        }
    }

    /// What is in memory of a product, if that may answer a request. Counts nothing: see [`Self::count_hit`].
    #[must_use]
    pub fn in_memory(&self, id: ProductId) -> Option<Arc<Entry>> {
        let entry = self.inner.shelf.peek(id.0)?;
        self.inner.shelf.is_current(&entry).then_some(entry)
    }

    /// Counts an answer from memory and says how old that is.
    ///
    /// # Errors
    ///
    /// [`CacheError::Unavailable`] when it is too old to be served.
    pub fn count_hit(&self) -> Result<Source, CacheError> {
        self.inner.hit(1)
    }

    /// Finds a product, or learns that there is none.
    ///
    /// # Errors
    ///
    /// [`CacheError`], within the time that a request may take.
    pub async fn get(&self, id: ProductId) -> Result<Found, CacheError> {
        let inner = &self.inner;
        let mut source = Source::Miss;
        if let Some(entry) = inner.shelf.peek(id.0) {
            if inner.shelf.is_current(&entry) {
                let source = inner.hit(1)?;
                return Ok(Found { entry, source });
            }
            inner.metrics.cache_outdated.inc();
            source = Source::Outdated;
        }
        inner.metrics.cache_misses.inc();
        let entry = timeout(inner.request_timeout, inner.fetch(id.0))
            .await
            .map_err(|_elapsed| CacheError::Unavailable)??;
        Ok(Found { entry, source })
    }

    /// The answer of `kind` in `encoding`, made on first use and kept; `None` if it would not be smaller.
    pub async fn encoded<'entry>(
        &self,
        entry: &'entry Arc<Entry>,
        kind: Kind,
        encoding: Encoding,
    ) -> Option<&'entry Encoded> {
        let document = entry.documents()?.get(kind);
        if let Some(encoded) = document.encoded(encoding) {
            return encoded;
        }
        if document.identity().body.len() <= INLINE_BYTES {
            document.encode(encoding);
        } else {
            let entry = Arc::clone(entry);
            let encode = move || {
                if let Some(documents) = entry.documents() {
                    documents.get(kind).encode(encoding);
                }
            };
            // It would fail only by a panic; then the answer goes out as it is.
            let _ = spawn_blocking(encode).await;
        }
        self.inner.shelf.weigh_again(entry);
        document.encoded(encoding).flatten()
    }
}

fn new_cache(capacity: u64, metrics: &Metrics) -> Memory {
    let evictions = metrics.cache_evictions.clone();
    Cache::builder()
        .max_capacity(capacity)
        .weigher(|_, entry: &Arc<Entry>| u32::try_from(entry.weight()).unwrap_or(u32::MAX))
        .eviction_listener(move |_, _, cause| {
            if cause == RemovalCause::Size {
                evictions.inc();
            }
        })
        .build_with_hasher(RandomState::default())
}

impl Inner {
    /// Counts `n` products answered from memory and says how old that is.
    pub fn hit(&self, n: u64) -> Result<Source, CacheError> {
        let Some(age) = self.contact.staleness()? else {
            self.metrics.cache_hits.inc_by(n);
            return Ok(Source::Hit);
        };
        self.metrics.cache_hits.inc_by(n);
        self.metrics.cache_stale_served.inc_by(n);
        Ok(Source::Stale(age))
    }

    /// The index that is served, once there is one.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        let snapshot = self.snapshot.read().unwrap_or_else(PoisonError::into_inner);
        snapshot.as_ref().map(Arc::clone)
    }

    /// Serves `snapshot` from now on, and no entry of an earlier era.
    pub fn switch(&self, snapshot: Snapshot) {
        let total = snapshot.catalogue.products().total();
        let era = snapshot.era;
        *self
            .snapshot
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(snapshot));
        if era != self.eras.current() {
            self.eras.switch(era);
            self.metrics.publications.inc();
        }
        self.metrics.products.set(total.cast_signed());
    }
}
