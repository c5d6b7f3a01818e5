//! Which products a search finds: asked of PostgreSQL on connections of its own, and few at a time, so that documents
//! never wait for it.
//!
//! **The rule.** An answer is kept under the position of the feed that was known before PostgreSQL was asked, and is
//! used only as long as that is the last one known: it shows at least every change up to there.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bb8::RunError;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use foldhash::fast::RandomState;
use moka::sync::Cache;
use tokio::{
    sync::{OnceCell, Semaphore},
    time::timeout,
};

use crate::cache::{documents::Snapshot, epoch::Era, error::CacheError};
use crate::{
    config::SearchConfig,
    db::pool::Pool,
    metrics::Metrics,
    search::{
        self, Found,
        query::{self, Question},
    },
};

/// Answers that are kept: 16 MB, if each found as many products as it may.
const ANSWERS: u64 = 2_000;

/// What is searched for, in which state of the catalogue.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    text: String,
    category: Option<String>,
    era: Era,
    position: i64,
}

/// What was found, or is being asked for by one while others wait.
type Answer = Arc<OnceCell<Arc<Found>>>;

/// Asks PostgreSQL what is searched for, unless that is known.
pub struct Searcher {
    pool: Pool,
    places: Semaphore,
    limit: Duration,
    answers: Cache<Key, Answer, RandomState>,
    metrics: Arc<Metrics>,
}

impl Searcher {
    /// Asks on connections of `pool`.
    #[must_use]
    pub fn new(pool: Pool, config: &SearchConfig, metrics: Arc<Metrics>) -> Self {
        Self {
            pool,
            places: Semaphore::new(config.search_connections.get() + config.search_queue),
            limit: config.search_timeout,
            answers: Cache::builder()
                .max_capacity(ANSWERS)
                .build_with_hasher(RandomState::default()),
            metrics,
        }
    }

    /// The products, of one category if it is named, that `text` finds in `snapshot` or what came after it, and whether
    /// they were known already.
    ///
    /// # Errors
    ///
    /// [`CacheError::Overloaded`] if too many search, [`CacheError::SlowSearch`] if it takes too long, and
    /// [`CacheError::Unavailable`] if the database does not answer.
    pub(crate) async fn search(
        &self,
        text: &str,
        category: Option<&str>,
        snapshot: &Snapshot,
    ) -> Result<(Arc<Found>, bool), CacheError> {
        let key = Key {
            text: text.to_owned(),
            category: category.map(str::to_owned),
            era: snapshot.era,
            position: snapshot.position,
        };
        let answer = self.answers.get_with(key, Answer::default);
        if let Some(found) = answer.get() {
            return Ok((Arc::clone(found), true));
        }
        let found = answer
            .get_or_try_init(|| self.ask_in_turn(text, category))
            .await?;
        Ok((Arc::clone(found), false))
    }

    async fn ask_in_turn(
        &self,
        text: &str,
        category: Option<&str>,
    ) -> Result<Arc<Found>, CacheError> {
        let Ok(_place) = self.places.try_acquire() else {
            self.metrics.search_rejected.inc();
            return Err(CacheError::Overloaded);
        };
        let begin = Instant::now();
        let found = timeout(self.limit, self.ask(text, category)).await;
        self.metrics
            .search_duration_seconds
            .observe(begin.elapsed().as_secs_f64());
        let result = found.unwrap_or(Err(CacheError::SlowSearch));
        if let Err(error) = &result {
            self.metrics.search_failures.inc();
            tracing::debug!(%error, "A search failed: {error}");
        }
        result.map(Arc::new)
    }

    async fn ask(&self, text: &str, category: Option<&str>) -> Result<Found, CacheError> {
        let mut connection = self.pool.get().await.map_err(|error| match error {
            RunError::TimedOut => CacheError::Overloaded,
            RunError::User(_) => CacheError::Unavailable,
        })?;
        let found = find(connection.begin(), text, category)
            .await
            .map_err(|error| {
                tracing::warn!(%error, "Searching failed: {error}");
                CacheError::Unavailable
            })?;
        connection.succeeded();
        Ok(found)
    }
}

/// Finds what has all words; if nothing has, what has words that become those by a typo.
async fn find(
    conn: &mut AsyncPgConnection,
    text: &str,
    category: Option<&str>,
) -> QueryResult<Found> {
    let mut terms = search::terms(conn, text).await?;
    let found = search::find(conn, &Question::new(&terms), category).await?;
    if !found.ids.is_empty() || terms.is_empty() {
        return Ok(found);
    }
    let similar = search::similar(conn, &terms).await?;
    query::forgive(&mut terms, similar);
    search::find(conn, &Question::new(&terms), category).await
}
