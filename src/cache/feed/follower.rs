//! Follower of the feed: reads the changes and brings memory and the served catalog up to date with them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::spawn_blocking;
use tracing::info;

use crate::{
    cache::{
        catalog::snapshot::CurrentSnapshot,
        entry::Entry,
        epoch::Epochs,
        feed::{
            applier::{Applier, FreshEntries},
            cursor::Cursor,
            session::{Session, SessionError},
        },
    },
    document::store::{Change, Head},
    metrics::Metrics,
};

/// Maximum number of changes that one statement reads.
const CHANGES_PER_STATEMENT: i64 = 2_000;

/// Maximum number of documents that one statement refreshes.
const DOCUMENTS_PER_STATEMENT: usize = 256;

/// Reads the feed and applies what is new.
pub struct Follower {
    pub session: Session,
    pub applier: Applier,
    pub epochs: Arc<Epochs>,
    pub snapshot: Arc<CurrentSnapshot>,
    pub negative_ttl: Duration,
    pub metrics: Arc<Metrics>,
    /// `None` until a publication was read.
    pub cursor: Option<Cursor>,
}

/// Result of reading the next changes.
enum Step {
    /// There are no more changes.
    UpToDate,
    /// There may be more changes.
    Advanced,
    /// Another publication is being served.
    Republished,
}

impl Follower {
    /// Brings memory up to date with everything committed before the call. Returns whether there were changes.
    pub async fn poll(&mut self) -> Result<bool, SessionError> {
        // Before the head is read: the head must include what was read by now.
        let highest_read = self.epochs.highest_read();
        let head = self.session.head().await?;
        if self.session.take_new_history() {
            info!("The database was restored or failed over: every document is read again");
            self.epochs.rewind();
            self.cursor = None;
        }
        let cursor = match self.cursor.take() {
            Some(known) if known.is_continued_by(&head, highest_read) => known,
            Some(known) if known.publication.epoch == head.publication.epoch => {
                info!(
                    feed.position = known.position,
                    feed.head = head.version,
                    "The feed was rewound: every document is read again"
                );
                self.epochs.rewind();
                self.start().await?
            }
            _ => self.start().await?,
        };
        self.follow(cursor, head).await
    }

    /// Reads all changes up to `head`.
    async fn follow(&mut self, mut cursor: Cursor, head: Head) -> Result<bool, SessionError> {
        let mut has_advanced = false;
        while cursor.position < head.version {
            self.metrics.feed_lag.set(head.version - cursor.position);
            match self.step(&mut cursor).await {
                Ok(Step::Advanced) => {
                    has_advanced = true;
                    self.snapshot.publish(cursor.snapshot());
                }
                Ok(Step::UpToDate) => break,
                Ok(Step::Republished) => cursor = self.start().await?,
                Err(error) => {
                    // Changes read so far stay valid.
                    self.cursor = Some(cursor);
                    return Err(error);
                }
            }
        }
        self.metrics.feed_position.set(cursor.position);
        self.metrics.feed_lag.set(0);
        self.cursor = Some(cursor);
        Ok(has_advanced)
    }

    /// Reads the catalog of the served publication, brings it up to date and serves it.
    async fn start(&mut self) -> Result<Cursor, SessionError> {
        loop {
            let begin = Instant::now();
            let mut cursor = self.read_published().await?;
            if self.catch_up(&mut cursor).await? {
                let products = cursor.n_products();
                info!(
                    products,
                    epoch = %cursor.publication.epoch,
                    duration_ms = begin.elapsed().as_millis(),
                    "Serving {products} products"
                );
                self.snapshot.publish(cursor.snapshot());
                cursor.is_served = true;
                return Ok(cursor);
            }
        }
    }

    async fn read_published(&mut self) -> Result<Cursor, SessionError> {
        // Cached entries belong to the previous publication. Reads that begin now see the new one.
        self.applier.lookup.store().min_versions().clear();
        let rewinds = self.epochs.rewinds();
        let published = self.session.published().await?;
        let make = move || Cursor::new(&published, rewinds);
        let cursor = spawn_blocking(make).await;
        Ok(cursor.expect("making an index does not panic"))
    }

    /// Applies all changes since the publication. Returns false if another publication is being served.
    async fn catch_up(&mut self, cursor: &mut Cursor) -> Result<bool, SessionError> {
        loop {
            match self.step(cursor).await? {
                Step::Advanced => {}
                Step::Republished => return Ok(false),
                Step::UpToDate => return Ok(true),
            }
        }
    }

    /// Reads the next changes and applies them to memory and catalog.
    async fn step(&mut self, cursor: &mut Cursor) -> Result<Step, SessionError> {
        let changes = self
            .session
            .changes_after(cursor.position, CHANGES_PER_STATEMENT)
            .await?;
        let read = Instant::now();
        if changes.is_empty() {
            return Ok(Step::UpToDate);
        }
        let epoch = Some(cursor.publication.epoch);
        if changes.iter().any(|change| change.epoch != epoch) {
            return Ok(Step::Republished);
        }
        let Some(fresh) = self.refresh(&changes, cursor).await? else {
            return Ok(Step::Republished);
        };
        self.applier.apply(&changes, fresh, cursor.epoch);
        cursor.advance(&changes);
        // Changes from before this server served the catalog do not count as delayed.
        if cursor.is_served {
            self.applier.observe_freshness(&changes, read);
        }
        Ok(Step::Advanced)
    }

    /// Reads the changed products that are in memory again; `None` if they belong to another publication.
    async fn refresh(
        &mut self,
        changes: &[Change],
        cursor: &Cursor,
    ) -> Result<Option<FreshEntries>, SessionError> {
        let resident = self.applier.resident(changes);
        let mut fresh = FreshEntries::with_capacity(resident.len());
        for ids in resident.chunks(DOCUMENTS_PER_STATEMENT) {
            let fetched = self.session.fetch(ids).await?;
            if fetched.publication.epoch != cursor.publication.epoch {
                return Ok(None);
            }
            fresh.extend(fetched.documents.into_iter().map(|row| {
                let id = row.product_id;
                let entry = Entry::from_row(row, cursor.epoch, self.negative_ttl);
                (id, Arc::new(entry))
            }));
        }
        Ok(Some(fresh))
    }
}
