//! Answers to those who want their own writes: `Cache-Control: no-cache`.
//!
//! **The rule.** A change and its key in the queue are committed together, and so are a document and the
//! removal of the keys it shows. So whoever asks, in a statement that begins after the request came, whether
//! keys of a product are left, and learns that there are none, finds every earlier change in the document.
//!
//! All who wait share one statement at a time on one connection, and there is a limit to how many wait: a storm
//! of reloads is no storm on the database.

use std::{
    collections::HashMap,
    mem,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};

use crate::cache::{
    documents::{DocumentCache, Found, Inner, Source},
    entry::Part,
    error::CacheError,
    feed::session::{FeedError, Session},
    query::list::Page,
    query::related::WithRelated,
    query::selection::Selection,
};
use crate::{
    config::{CacheConfig, PoolConfig},
    document::store::Pending,
    ids::ProductId,
    metrics::Metrics,
};

/// Pause between two questions while changes are being composed.
const PAUSE: Duration = Duration::from_millis(3);

/// Products that one statement asks about at most.
const PRODUCTS_PER_STATEMENT: usize = 256;

/// What must have been composed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// Every change of a product.
    Product(i64),
    /// Every change.
    Catalogue,
}

/// Somebody who waits.
struct Job {
    scope: Scope,
    /// For [`Scope::Catalogue`]: the database's time at the first question.
    since: Option<String>,
    reply: oneshot::Sender<Result<(), CacheError>>,
}

/// Where requests ask.
pub(crate) struct Confirmations {
    jobs: mpsc::Sender<Job>,
    limit: Duration,
    metrics: Arc<Metrics>,
}

impl Confirmations {
    /// Waits until every change of `scope` that is committed now is in the documents.
    async fn wait(&self, scope: Scope) -> Result<(), CacheError> {
        let begin = Instant::now();
        let (reply, replied) = oneshot::channel();
        let job = Job {
            scope,
            since: None,
            reply,
        };
        if self.jobs.try_send(job).is_err() {
            self.metrics.consistent_reads_rejected.inc();
            return Err(CacheError::Overloaded);
        }
        let result = timeout(self.limit, replied).await;
        self.metrics
            .consistent_read_wait_seconds
            .observe(begin.elapsed().as_secs_f64());
        match result {
            Ok(Ok(result)) => result,
            Ok(Err(_closed)) => Err(CacheError::Unavailable),
            Err(_elapsed) => Err(CacheError::Pending),
        }
    }
}

/// Asks the database for all who wait. Only `app` runs it, once for each cache.
pub struct Confirmer {
    jobs: mpsc::Receiver<Job>,
    session: Session,
    waiting: Vec<Job>,
}

/// Makes the two ends.
pub(crate) fn new(
    database_url: &str,
    config: &CacheConfig,
    pool_config: &PoolConfig,
    metrics: Arc<Metrics>,
) -> (Confirmations, Confirmer) {
    let (sender, receiver) = mpsc::channel(config.consistent_read_queue.get());
    let confirmations = Confirmations {
        jobs: sender,
        limit: config.consistent_read_timeout,
        metrics,
    };
    let confirmer = Confirmer {
        jobs: receiver,
        session: Session::new(database_url, "atelierex confirm", pool_config, false),
        waiting: Vec::new(),
    };
    (confirmations, confirmer)
}

impl Confirmer {
    /// Works for ever. May be dropped at any point.
    pub async fn run(mut self) {
        while self.gather().await {
            if let Err(error) = self.ask().await {
                tracing::debug!(%error, "Cannot ask for pending changes: {error}");
                for job in self.waiting.drain(..) {
                    answer(job, Err(CacheError::Unavailable));
                }
            }
            if !self.waiting.is_empty() {
                sleep(PAUSE).await;
            }
        }
    }

    /// Takes in who has come, and waits for somebody if nobody is there. False if nobody can come any more.
    async fn gather(&mut self) -> bool {
        // Who gave up waiting needs no answer.
        self.waiting.retain(|job| !job.reply.is_closed());
        let free = self.jobs.max_capacity().saturating_sub(self.waiting.len());
        if self.waiting.is_empty() {
            return self.jobs.recv_many(&mut self.waiting, free).await > 0;
        }
        while self.waiting.len() < self.jobs.max_capacity()
            && let Ok(job) = self.jobs.try_recv()
        {
            self.waiting.push(job);
        }
        true
    }

    /// Asks once about all who wait, and answers those for whom nothing is left.
    async fn ask(&mut self) -> Result<(), FeedError> {
        let mut products: Vec<i64> = self.waiting.iter().filter_map(Job::product).collect();
        products.sort_unstable();
        products.dedup();
        let mut pending = Vec::new();
        for ids in products.chunks(PRODUCTS_PER_STATEMENT) {
            pending.extend(self.session.pending(ids).await?);
        }
        // Those who came together share an answer.
        let mut backlogs: HashMap<Option<String>, Pending> = HashMap::new();
        for since in self.waiting.iter().filter_map(Job::catalogue_since) {
            if !backlogs.contains_key(since) {
                let backlog = self.session.oldest_pending(since.clone()).await?;
                backlogs.insert(since.clone(), backlog);
            }
        }
        for mut job in mem::take(&mut self.waiting) {
            let is_pending = match job.scope {
                Scope::Product(id) => pending.contains(&id),
                Scope::Catalogue => {
                    let backlog = &backlogs[&job.since];
                    job.since = Some(backlog.since.clone());
                    backlog.is_pending
                }
            };
            if is_pending {
                self.waiting.push(job);
            } else {
                answer(job, Ok(()));
            }
        }
        Ok(())
    }
}

impl Job {
    fn product(&self) -> Option<i64> {
        match self.scope {
            Scope::Product(id) => Some(id),
            Scope::Catalogue => None,
        }
    }

    fn catalogue_since(&self) -> Option<&Option<String>> {
        (self.scope == Scope::Catalogue).then_some(&self.since)
    }
}

fn answer(job: Job, result: Result<(), CacheError>) {
    // Nobody waits any more: so be it.
    let _ = job.reply.send(result);
}

impl Inner {
    async fn confirm(&self, scope: Scope) -> Result<(), CacheError> {
        self.loader.check()?;
        self.confirmations.wait(scope).await
    }

    /// Waits until every change that is committed now is in the documents, and known to memory.
    async fn confirm_catalogue(&self) -> Result<(), CacheError> {
        self.confirm(Scope::Catalogue).await?;
        timeout(self.request_timeout, self.passes.next())
            .await
            .map_err(|_elapsed| CacheError::Unavailable)
    }
}

impl DocumentCache {
    /// Finds a product with every change that was committed before this call.
    ///
    /// # Errors
    ///
    /// [`CacheError::Pending`] if that takes longer than the setting allows; others as for [`Self::get`].
    pub async fn get_confirmed(&self, id: ProductId) -> Result<Found, CacheError> {
        let inner = &self.inner;
        inner.confirm(Scope::Product(id.0)).await?;
        inner.metrics.cache_misses.inc();
        let entry = timeout(inner.request_timeout, inner.fetch(id.0))
            .await
            .map_err(|_elapsed| CacheError::Unavailable)??;
        let source = Source::Requested;
        Ok(Found { entry, source })
    }

    /// A page as for [`Self::page`], with every change that was committed before this call.
    ///
    /// # Errors
    ///
    /// As for [`Self::get_confirmed`].
    pub async fn page_confirmed(&self, selection: &Selection) -> Result<Page, CacheError> {
        self.inner.confirm_catalogue().await?;
        let mut page = self.page(selection).await?;
        page.source = Source::Requested;
        Ok(page)
    }

    /// The categories as for [`Self::categories`], with every change that was committed before this call.
    ///
    /// # Errors
    ///
    /// As for [`Self::get_confirmed`].
    pub async fn categories_confirmed(&self) -> Result<(Part, Source), CacheError> {
        self.inner.confirm_catalogue().await?;
        let (categories, _) = self.categories()?;
        Ok((categories, Source::Requested))
    }

    /// A product with related ones as for [`Self::with_related`], with every change that was committed before this
    /// call.
    ///
    /// # Errors
    ///
    /// As for [`Self::get_confirmed`].
    pub async fn with_related_confirmed(
        &self,
        id: ProductId,
        limit: usize,
    ) -> Result<Option<WithRelated>, CacheError> {
        self.inner.confirm_catalogue().await?;
        let mut found = self.with_related(id, limit).await?;
        if let Some(found) = &mut found {
            found.source = Source::Requested;
        }
        Ok(found)
    }
}
