//! Follows the changes of the documents and keeps memory true to them.

pub(crate) mod barrier;
pub(crate) mod liveness;
pub(crate) mod session;

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use tokio::{select, task::spawn_blocking, time::sleep};
use tracing::{error, info};

use crate::cache::{
    catalog::category_index::Ledger,
    documents::{DocumentCache, Snapshot},
    entry::{Entry, Part},
    epoch::Era,
    feed::session::{FeedError, Session},
};
use crate::{
    config::{CacheConfig, PoolConfig},
    db::back_off::next_pause,
    document::store::{Change, Head, Publication},
    telemetry::throttled_log::ThrottledLog,
};

/// Changes that one statement reads at most.
const CHANGES_PER_STATEMENT: i64 = 2_000;

/// Documents that one statement refreshes at most.
const DOCUMENTS_PER_STATEMENT: usize = 256;

/// Pause after a reading that brought something: more is likely to follow.
const MIN_PAUSE: Duration = Duration::from_millis(2);

/// Follows the feed. Only `app` runs it, once for each cache.
pub struct Feed {
    cache: DocumentCache,
    session: Session,
    interval: Duration,
    pause: Duration,
    following: Option<Following>,
    failures: ThrottledLog,
}

/// What is known of the feed.
struct Following {
    publication: Publication,
    era: Era,
    position: i64,
    ledger: Ledger,
    categories: Arc<OnceLock<Part>>,
    /// Whether requests are answered from it.
    is_served: bool,
}

impl Following {
    /// Whether `head` is what the feed may have become since, with documents read up to `highest_read`.
    fn is_continued_by(&self, head: &Head, highest_read: i64) -> bool {
        self.publication == head.publication && self.position.max(highest_read) <= head.version
    }
}

/// How far a step led.
enum Step {
    /// There is nothing more to read.
    UpToDate,
    /// There may be more.
    Advanced,
    /// Another publication is being served.
    Republished,
}

impl Feed {
    /// Prepares to follow the feed for `cache`.
    #[must_use]
    pub fn new(
        cache: DocumentCache,
        database_url: &str,
        config: &PoolConfig,
        cache_config: &CacheConfig,
    ) -> Self {
        Self {
            cache,
            session: Session::new(
                database_url,
                "atelierex feed",
                config,
                !cache_config.no_feed_listen,
            ),
            interval: cache_config.feed_interval,
            pause: MIN_PAUSE,
            following: None,
            failures: ThrottledLog::default(),
        }
    }

    /// Follows the feed for ever, through every failure of the database. May be dropped at any point.
    pub async fn run(mut self) {
        let cache = self.cache.clone();
        let inner = &cache.inner;
        let mut back_off = Duration::ZERO;
        loop {
            let begin = Instant::now();
            inner.passes.begin();
            inner.metrics.feed_polls.inc();
            match self.pass().await {
                Ok(()) => {
                    inner.contact.made(begin);
                    inner.passes.finish();
                    self.failures.reset();
                    back_off = Duration::ZERO;
                    self.pause = (self.pause * 2).min(self.interval);
                    select! {
                        () = sleep(self.pause) => {}
                        () = inner.passes.wanted() => {}
                        () = self.session.noticed() => {}
                    }
                }
                Err(error) => {
                    inner.contact.lost();
                    inner.metrics.feed_failures.inc();
                    match error {
                        FeedError::Database(_) => inner.loader.doubt(),
                        _ => inner.loader.suspect(&error.to_string()),
                    }
                    self.log(&error);
                    back_off = next_pause(back_off, self.interval);
                    sleep(back_off).await;
                }
            }
        }
    }

    /// Brings memory up to what was committed before the call.
    async fn pass(&mut self) -> Result<(), FeedError> {
        // Before the head is read: what was read by then must be in it.
        let highest_read = self.cache.inner.eras.highest_read();
        let head = self.session.head().await?;
        if self.session.take_new_history() {
            info!("The database was restored or failed over: every document is read again");
            self.cache.inner.eras.set_back();
            self.following = None;
        }
        let following = match self.following.take() {
            Some(known) if known.is_continued_by(&head, highest_read) => known,
            Some(known) if known.publication.epoch == head.publication.epoch => {
                info!(
                    feed.position = known.position,
                    feed.head = head.version,
                    "The feed went back: every document is read again"
                );
                self.cache.inner.eras.set_back();
                self.start().await?
            }
            _ => self.start().await?,
        };
        self.follow(following, head).await
    }

    /// Reads all changes up to `head`.
    async fn follow(&mut self, mut following: Following, head: Head) -> Result<(), FeedError> {
        while following.position < head.version {
            let lag = head.version - following.position;
            self.cache.inner.metrics.feed_lag.set(lag);
            match self.step(&mut following).await {
                Ok(Step::Advanced) => {
                    self.pause = MIN_PAUSE;
                    self.publish(&following);
                }
                Ok(Step::UpToDate) => break,
                Ok(Step::Republished) => following = self.start().await?,
                Err(error) => {
                    // What was read so far stays true.
                    self.following = Some(following);
                    return Err(error);
                }
            }
        }
        let metrics = &self.cache.inner.metrics;
        metrics.feed_position.set(following.position);
        metrics.feed_lag.set(0);
        self.following = Some(following);
        Ok(())
    }

    /// Loads the catalogue of the publication that is served now, brings it up to date and serves it.
    async fn start(&mut self) -> Result<Following, FeedError> {
        loop {
            let begin = Instant::now();
            // The floors are of the publication before; whoever reads now, reads the new one.
            self.cache.inner.shelf.floors().clear();
            let setbacks = self.cache.inner.eras.setbacks();
            let published = self.session.published().await?;
            let publication = published.publication;
            let groups = published.groups;
            let make = move || {
                let groups = groups.iter();
                Ledger::new(groups.map(|group| (group.category.as_deref(), group.ids())))
            };
            let ledger = spawn_blocking(make)
                .await
                .expect("making a ledger does not panic");
            let mut following = Following {
                publication,
                era: Era::new(publication.epoch, setbacks),
                position: publication.last_version,
                ledger,
                categories: Arc::default(),
                is_served: false,
            };
            loop {
                match self.step(&mut following).await? {
                    Step::Advanced => {}
                    Step::Republished => break,
                    Step::UpToDate => {
                        let products = following.ledger.catalogue().products().total();
                        info!(
                            products,
                            epoch = %publication.epoch,
                            duration_ms = begin.elapsed().as_millis(),
                            "Serving {products} products"
                        );
                        self.publish(&following);
                        following.is_served = true;
                        return Ok(following);
                    }
                }
            }
        }
    }

    /// Reads the next changes and applies them to memory and ledger.
    async fn step(&mut self, following: &mut Following) -> Result<Step, FeedError> {
        let changes = self
            .session
            .changes_after(following.position, CHANGES_PER_STATEMENT)
            .await?;
        let read = Instant::now();
        let Some(last) = changes.last() else {
            return Ok(Step::UpToDate);
        };
        let (position, epoch) = (last.version, Some(following.publication.epoch));
        if changes.iter().any(|change| change.epoch != epoch) {
            return Ok(Step::Republished);
        }
        let Some(fresh) = self.refresh(&changes, following).await? else {
            return Ok(Step::Republished);
        };
        self.apply(&changes, fresh, following);
        following.position = position;
        // What was changed before this server answered, nobody saw late here.
        if following.is_served {
            self.observe(&changes, read);
        }
        Ok(Step::Advanced)
    }

    /// Reads those of the changed products that are in memory; `None` if they are of another publication.
    async fn refresh(
        &mut self,
        changes: &[Change],
        following: &Following,
    ) -> Result<Option<HashMap<i64, Arc<Entry>>>, FeedError> {
        let inner = Arc::clone(&self.cache.inner);
        let ids = changes.iter().map(|change| change.product_id);
        let resident: Vec<i64> = ids.filter(|id| inner.shelf.contains(*id)).collect();
        let mut fresh = HashMap::with_capacity(resident.len());
        for ids in resident.chunks(DOCUMENTS_PER_STATEMENT) {
            let loaded = self.session.load(ids).await?;
            if loaded.publication.epoch != following.publication.epoch {
                return Ok(None);
            }
            fresh.extend(loaded.documents.into_iter().map(|row| {
                let id = row.product_id;
                let entry = Entry::from_row(row, following.era, inner.negative_ttl);
                (id, Arc::new(entry))
            }));
        }
        Ok(Some(fresh))
    }

    /// Makes memory and ledger agree with `changes`.
    fn apply(
        &self,
        changes: &[Change],
        mut fresh: HashMap<i64, Arc<Entry>>,
        following: &mut Following,
    ) {
        let inner = &self.cache.inner;
        let mut is_other_catalogue = false;
        inner.metrics.feed_changes.inc_by(changes.len() as u64);
        // Floors first: from here on no read that began earlier can bring an old document back.
        let floors = changes
            .iter()
            .map(|change| (change.product_id, change.version));
        inner.shelf.floors().raise(floors);
        for change in changes {
            let id = change.product_id;
            let fresh = fresh.remove(&id);
            inner.recent_changes.push(id);
            // Also if it was not there a moment ago: a read may have stored it just before the floor rose.
            inner
                .shelf
                .replace(id, change.version, following.era, fresh);
            is_other_catalogue |= if change.deleted {
                following.ledger.remove(id)
            } else {
                following.ledger.put(id, change.category.as_deref())
            };
        }
        if is_other_catalogue {
            following.categories = Arc::default();
        }
    }

    /// Notes how old the changes were when memory agreed with them.
    fn observe(&self, changes: &[Change], read: Instant) {
        let freshness = &self.cache.inner.metrics.freshness_seconds;
        let [queued, fed, total] =
            ["queued", "fed", "total"].map(|stage| freshness.with_label_values(&[stage]));
        let applied = read.elapsed().as_secs_f64();
        for change in changes {
            if let (Some(queue), Some(age)) = (change.queued_seconds, change.age_seconds) {
                queued.observe(queue);
                fed.observe(age + applied);
                total.observe(queue + age + applied);
            }
        }
    }

    fn publish(&self, following: &Following) {
        self.cache.inner.switch(Snapshot {
            era: following.era,
            position: following.position,
            catalogue: following.ledger.catalogue().clone(),
            categories: Arc::clone(&following.categories),
        });
    }

    fn log(&mut self, failure: &FeedError) {
        let reason = failure.to_string();
        if self.failures.admits(&reason) {
            error!(error = reason, "Cannot follow the changes: {reason}");
        }
    }
}
