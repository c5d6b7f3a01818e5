//! Search cache: runs searches in PostgreSQL, few at a time and on connections of their own, so that documents never
//! wait for them, and keeps the results.
//!
//! **The rule.** A result is stored under the epoch and the position of the feed that were known before the search
//! began, and is used only while these are the latest known. So it shows at least every change up to that position.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bb8::RunError;
use foldhash::fast::RandomState;
use moka::sync::Cache;
use tokio::{
    sync::{OnceCell, Semaphore},
    time::timeout,
};

use crate::{
    config::SearchConfig,
    db::pool::Pool,
    metrics::Metrics,
    search::{self, Matches},
};

/// Maximum number of results: 16 MB, if each has the maximum number of products.
const MAX_KEPT_RESULTS: u64 = 2_000;

/// Reason why a search has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// Too many searches are waiting.
    #[error("the search queue is full")]
    Overloaded,
    /// The search takes too long.
    #[error("the search takes too long")]
    TooSlow,
    /// The database does not answer.
    #[error("the database cannot be searched now")]
    Unavailable,
}

/// Search in a state of the catalog.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    text: String,
    category: Option<String>,
    epoch: u64,
    position: i64,
}

/// Result, or a slot in which one request creates it while others wait.
type Slot = Arc<OnceCell<Arc<Matches>>>;

/// Runs searches and caches their results.
pub struct SearchCache {
    pool: Pool,
    permits: Semaphore,
    limit: Duration,
    results: Cache<Key, Slot, RandomState>,
    metrics: Arc<Metrics>,
}

impl SearchCache {
    /// Creates a search cache with the connections of `pool`.
    #[must_use]
    pub fn new(pool: Pool, config: &SearchConfig, metrics: Arc<Metrics>) -> Self {
        Self {
            pool,
            permits: Semaphore::new(config.search_connections.get() + config.search_queue),
            limit: config.search_timeout,
            results: Cache::builder()
                .max_capacity(MAX_KEPT_RESULTS)
                .build_with_hasher(RandomState::default()),
            metrics,
        }
    }

    /// Returns the products that match `text`, restricted to `category` if there is one, in the catalog as of an epoch
    /// and a position or later, and whether the result was cached.
    ///
    /// # Errors
    ///
    /// [`SearchError`], within the time limit of a search.
    pub async fn search(
        &self,
        text: &str,
        category: Option<&str>,
        (epoch, position): (u64, i64),
    ) -> Result<(Arc<Matches>, bool), SearchError> {
        let key = Key {
            text: text.to_owned(),
            category: category.map(str::to_owned),
            epoch,
            position,
        };
        let slot = self.results.get_with(key, Slot::default);
        if let Some(found) = slot.get() {
            return Ok((Arc::clone(found), true));
        }
        let found = slot
            .get_or_try_init(|| self.search_in_turn(text, category))
            .await?;
        Ok((Arc::clone(found), false))
    }

    async fn search_in_turn(
        &self,
        text: &str,
        category: Option<&str>,
    ) -> Result<Arc<Matches>, SearchError> {
        let Ok(_permit) = self.permits.try_acquire() else {
            self.metrics.search_rejected.inc();
            return Err(SearchError::Overloaded);
        };
        let begin = Instant::now();
        let found = timeout(self.limit, self.search_database(text, category)).await;
        self.metrics
            .search_duration_seconds
            .observe(begin.elapsed().as_secs_f64());
        let result = found.unwrap_or(Err(SearchError::TooSlow));
        if let Err(error) = &result {
            self.metrics.search_failures.inc();
            tracing::debug!(%error, "A search failed: {error}");
        }
        result.map(Arc::new)
    }

    async fn search_database(
        &self,
        text: &str,
        category: Option<&str>,
    ) -> Result<Matches, SearchError> {
        let mut connection = self.pool.get().await.map_err(|error| match error {
            RunError::TimedOut => SearchError::Overloaded,
            RunError::User(_) => SearchError::Unavailable,
        })?;
        let found = search::search(connection.begin(), text, category)
            .await
            .map_err(|error| {
                tracing::warn!(%error, "Searching failed: {error}");
                SearchError::Unavailable
            })?;
        connection.succeeded();
        Ok(found)
    }
}
