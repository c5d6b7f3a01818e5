//! Documents in memory: representations ready to send, kept up to date by the database's feed of changes.
//!
//! An entry has what HTTP needs of a document: its entity tag and its content encodings. Requests and responses are
//! unknown here. Every call returns a result or an error within bounded time.
//!
//! Files of this module import a name from the file that defines it. The re-exports below are for other modules.

mod audit;
mod catalog;
mod documents;
mod encoding;
mod entry;
mod epoch;
mod error;
mod etag;
mod feed;
mod fetch;
mod lookup;
mod map;
mod memory;
mod min_versions;
mod parts;
mod query;
mod read_your_writes;
mod source;
mod store;

use std::{future::Future, sync::Arc};

use tokio::time::timeout;

use crate::{
    config::{CacheConfig, PoolConfig},
    db::pool::Pool,
    ids::ProductId,
    metrics::Metrics,
    search::cache::SearchCache,
    telemetry::traces::Traces,
};

pub use documents::{Document, DocumentKind, Documents, Encoded, Part};
pub use encoding::{Encoding, INLINE_BYTES};
pub use entry::{Content, Entry};
pub use epoch::Epoch;
pub use error::CacheError;
pub use etag::etag;
pub use feed::Feed;
pub use fetch::worker::FetchWorkers;
pub use parts::CacheTasks;
pub use query::{
    list::Page,
    related::WithRelated,
    selection::{Selection, Slice, Start},
};
pub use read_your_writes::worker::ReadYourWritesWorker;
pub use source::{Found, Source};

use lookup::Lookup;
use parts::{Assembly, Parts};

/// Documents of all products. Cheap to clone.
///
/// Only delegates: each part owns what it does.
#[derive(Clone)]
pub struct DocumentCache {
    lookup: Arc<Lookup>,
    parts: Arc<Parts>,
}

impl DocumentCache {
    /// Creates an empty cache and its background tasks. The caller runs them.
    #[must_use]
    pub fn new(
        database_url: &str,
        config: &CacheConfig,
        connections: &PoolConfig,
        pool: Pool,
        search: SearchCache,
        traces: Traces,
        metrics: Arc<Metrics>,
    ) -> (Self, CacheTasks) {
        let assembly = Assembly {
            database_url,
            cache: config,
            connections,
            traces,
            metrics,
        };
        let (lookup, parts, tasks) = assembly.build(pool, search);
        let parts = Arc::new(parts);
        (Self { lookup, parts }, tasks)
    }

    /// Returns whether the catalog is known, documents can be fetched, and memory may be served.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.parts.reader.snapshot.get().is_ok()
            && self.parts.breaker.was_closed()
            && self.lookup.liveness().staleness().is_ok()
    }

    /// Requests a poll of the feed soon. For callers that know of a change.
    pub fn wake_feed(&self) {
        self.parts.barrier.request_poll();
    }

    /// Updates the gauges that are computed on demand.
    pub fn observe(&self) {
        self.parts.reader.fetcher.queue.observe();
        self.lookup.observe();
    }

    /// Returns the entry of a product from memory if it may answer a request. Does not count a hit: see
    /// [`Self::count_hit`].
    #[must_use]
    pub fn in_memory(&self, id: ProductId) -> Option<Arc<Entry>> {
        self.lookup.current(id.0)
    }

    /// Counts an answer from memory and returns how old memory is.
    ///
    /// # Errors
    ///
    /// [`CacheError::Unavailable`] when it is too old to be served.
    pub fn count_hit(&self) -> Result<Source, CacheError> {
        self.lookup.count_hits(1)
    }

    /// Returns the entry of a product: its documents or its absence.
    ///
    /// # Errors
    ///
    /// [`CacheError`], within the time that a request may take.
    pub async fn get(&self, id: ProductId) -> Result<Found, CacheError> {
        self.parts.reader.fetcher.get(id.0).await
    }

    /// Returns the entry of a product with every change that was committed before this call.
    ///
    /// # Errors
    ///
    /// [`CacheError::Pending`] if composing takes longer than the setting allows; others as for [`Self::get`].
    pub async fn get_consistent(&self, id: ProductId) -> Result<Found, CacheError> {
        self.parts.read_your_writes.product(id.0).await?;
        let fetcher = &self.parts.reader.fetcher;
        fetcher.get_from_database(id.0, Source::Requested).await
    }

    /// Returns the document of `kind` in `encoding`, created on first use and kept; `None` if it would not be smaller.
    pub async fn encoded<'entry>(
        &self,
        entry: &'entry Arc<Entry>,
        kind: DocumentKind,
        encoding: Encoding,
    ) -> Option<&'entry Encoded> {
        self.lookup.encoded(entry, kind, encoding).await
    }

    /// Returns the products of `selection`.
    ///
    /// # Errors
    ///
    /// [`CacheError`], within the time that a request may take.
    pub async fn page(&self, selection: &Selection) -> Result<Page, CacheError> {
        self.in_time(self.parts.lists.page(selection)).await
    }

    /// Returns a page as for [`Self::page`], with every change that was committed before this call.
    ///
    /// # Errors
    ///
    /// As for [`Self::get_consistent`].
    pub async fn page_consistent(&self, selection: &Selection) -> Result<Page, CacheError> {
        self.parts.read_your_writes.catalog().await?;
        let mut page = self.page(selection).await?;
        page.source = Source::Requested;
        Ok(page)
    }

    /// Returns the categories by name, with their numbers of products.
    ///
    /// # Errors
    ///
    /// [`CacheError::Unavailable`] while no catalog is known, or when it is too old to be served.
    pub fn categories(&self) -> Result<(Part, Source), CacheError> {
        let snapshot = self.parts.reader.snapshot.get()?;
        let source = self.lookup.count_hits(0)?;
        Ok((query::categories::categories(&snapshot).clone(), source))
    }

    /// Returns the categories as for [`Self::categories`], with every change that was committed before this call.
    ///
    /// # Errors
    ///
    /// As for [`Self::get_consistent`].
    pub async fn categories_consistent(&self) -> Result<(Part, Source), CacheError> {
        self.parts.read_your_writes.catalog().await?;
        let (categories, _) = self.categories()?;
        Ok((categories, Source::Requested))
    }

    /// Returns a product with at most `limit` related ones, or `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// [`CacheError::MalformedDocument`] if its related ids cannot be parsed; others as for [`Self::get`].
    pub async fn with_related(
        &self,
        id: ProductId,
        limit: usize,
    ) -> Result<Option<WithRelated>, CacheError> {
        self.in_time(self.parts.related.get(id.0, limit)).await
    }

    /// Returns a product as for [`Self::with_related`], with every change that was committed before this call.
    ///
    /// # Errors
    ///
    /// As for [`Self::get_consistent`] and [`Self::with_related`].
    pub async fn with_related_consistent(
        &self,
        id: ProductId,
        limit: usize,
    ) -> Result<Option<WithRelated>, CacheError> {
        self.parts.read_your_writes.catalog().await?;
        let mut found = self.with_related(id, limit).await?;
        if let Some(found) = &mut found {
            found.source = Source::Requested;
        }
        Ok(found)
    }

    /// Returns ids of products for the auditor: `n` random ones, and as many that changed last.
    #[must_use]
    pub fn sample(&self, n: usize) -> Vec<i64> {
        self.parts.reader.snapshot.get().map_or_else(
            |_unavailable| Vec::new(),
            |snapshot| {
                audit::check::sample(snapshot.index.products(), &self.parts.recent_changes, n)
            },
        )
    }

    /// Returns the products of `ids` whose cached entries differ from the database.
    ///
    /// # Errors
    ///
    /// [`CacheError`], within the time that a request may take.
    pub async fn check(&self, ids: &[i64]) -> Result<Vec<i64>, CacheError> {
        let fetcher = &self.parts.reader.fetcher;
        self.in_time(audit::check::check(fetcher, ids)).await
    }

    /// Fails when `answer` takes longer than a request may.
    async fn in_time<T>(
        &self,
        answer: impl Future<Output = Result<T, CacheError>>,
    ) -> Result<T, CacheError> {
        timeout(self.parts.request_timeout, answer)
            .await
            .unwrap_or(Err(CacheError::Unavailable))
    }
}

#[cfg(test)]
mod model;
