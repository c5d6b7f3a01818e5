//! Loads products that are not in memory: those asked for at the same time in one statement.
//!
//! A request joins a batch only before its statement begins. One that joined later could be given what
//! was read before a change of which it already knows.

use std::{
    collections::{HashMap, hash_map::Entry as Slot},
    sync::Arc,
    time::{Duration, Instant},
};

use bb8::RunError;
use diesel::result::{DatabaseErrorKind, Error};
use foldhash::fast::RandomState;
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::sleep,
};
use tracing::warn;

use crate::cache::{
    entry::Entry,
    epoch::{Era, Eras},
    error::CacheError,
    fetch::circuit_breaker::Gate,
};
use crate::{
    config::PoolConfig,
    db::{
        bounded::{NoAnswer, bounded},
        connect::ConnectError,
        pool::{self, Pool},
    },
    document::store::{self, Loaded},
    metrics::Metrics,
    telemetry::traces::{SpanContext, Traces},
};

/// How often to try whether the database is back.
const PROBE_INTERVAL: Duration = Duration::from_millis(100);

/// A product that somebody waits for.
struct Job {
    id: i64,
    /// The span of the request, if it has one. In a box: it seldom has.
    span: Option<Box<SpanContext>>,
    reply: oneshot::Sender<Reply>,
}

/// The answer to a [`Job`].
type Reply = Result<Arc<Entry>, CacheError>;

/// The queue's end at which requests stand.
#[derive(Clone)]
pub(crate) struct Loader {
    jobs: mpsc::Sender<Job>,
    gate: Arc<Gate>,
    traces: Traces,
    metrics: Arc<Metrics>,
}

impl Loader {
    /// Loads one product.
    ///
    /// # Errors
    ///
    /// [`CacheError`]; at once if the queue is full or the database known to be away.
    pub async fn load(&self, id: i64) -> Result<Arc<Entry>, CacheError> {
        let mut entries = self.load_many(&[id]).await?;
        entries.pop().ok_or(CacheError::Unavailable)
    }

    /// Loads `ids`, in their order.
    ///
    /// # Errors
    ///
    /// As for [`Self::load`]; all or nothing.
    pub async fn load_many(&self, ids: &[i64]) -> Result<Vec<Arc<Entry>>, CacheError> {
        let mut entries = Vec::with_capacity(ids.len());
        for reply in self.enqueue(ids)? {
            entries.push(reply.await.map_err(|_closed| CacheError::Unavailable)??);
        }
        Ok(entries)
    }

    /// Fails while the database is known to be away.
    ///
    /// # Errors
    ///
    /// [`CacheError::Unavailable`].
    pub fn check(&self) -> Result<(), CacheError> {
        if self.gate.is_closed() {
            return Err(CacheError::Unavailable);
        }
        Ok(())
    }

    fn enqueue(&self, ids: &[i64]) -> Result<Vec<oneshot::Receiver<Reply>>, CacheError> {
        self.check()?;
        let Ok(places) = self.jobs.try_reserve_many(ids.len()) else {
            self.metrics.fetch_rejected.inc_by(ids.len() as u64);
            return Err(CacheError::Overloaded);
        };
        // Once for all that one request asks for.
        let mut span = self.traces.current().map(Box::new);
        let place = |(place, &id): (mpsc::Permit<'_, Job>, &i64)| {
            let (reply, replied) = oneshot::channel();
            let span = span.take();
            place.send(Job { id, span, reply });
            replied
        };
        Ok(places.zip(ids).map(place).collect())
    }

    /// Tells that the database seems to be away.
    pub fn suspect(&self, reason: &str) {
        self.gate.suspect(reason);
    }

    /// Tells that a connection to the database broke, which others may have survived.
    pub fn doubt(&self) {
        self.gate.doubt();
    }

    /// Whether anything could be loaded yet.
    pub fn is_proven(&self) -> bool {
        self.gate.was_open()
    }

    /// Number of products that wait.
    pub fn waiting(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }
}

/// Why a batch could not be loaded.
#[derive(Debug, thiserror::Error)]
enum LoadError {
    /// No connection could be had in time.
    #[error("no pooled connection available in time")]
    Busy,
    /// No connection could be made.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The statement was sent, but not answered.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
}

impl LoadError {
    /// Whether it says something about the database rather than about the statement.
    fn is_away(&self) -> bool {
        match self {
            Self::Busy | Self::Connect(_) | Self::NoAnswer(_) => true,
            Self::Database(Error::DatabaseError(kind, _)) => matches!(
                kind,
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand
            ),
            Self::Database(_) => false,
        }
    }
}

/// The queue's other end: what the workers share.
pub struct Workers {
    jobs: Mutex<mpsc::Receiver<Job>>,
    gate: Arc<Gate>,
    pool: Pool,
    eras: Arc<Eras>,
    config: PoolConfig,
    negative_ttl: Duration,
    traces: Traces,
    metrics: Arc<Metrics>,
}

/// Makes the two ends of the queue.
pub(crate) fn new(
    pool: Pool,
    config: PoolConfig,
    negative_ttl: Duration,
    eras: Arc<Eras>,
    traces: Traces,
    metrics: Arc<Metrics>,
) -> (Loader, Workers) {
    let (sender, receiver) = mpsc::channel(config.fetch_queue.get());
    let gate = Arc::new(Gate::new(Arc::clone(&metrics)));
    let loader = Loader {
        jobs: sender,
        gate: Arc::clone(&gate),
        traces: traces.clone(),
        metrics: Arc::clone(&metrics),
    };
    let workers = Workers {
        jobs: Mutex::new(receiver),
        gate,
        pool,
        eras,
        config,
        negative_ttl,
        traces,
        metrics,
    };
    (loader, workers)
}

impl Workers {
    /// Loads batches for ever, one after another. Run one for each connection of the pool.
    pub async fn work(&self) {
        let mut jobs = Vec::new();
        loop {
            let limit = self.config.fetch_batch.get();
            if self.jobs.lock().await.recv_many(&mut jobs, limit).await == 0 {
                return;
            }
            // Who gave up waiting needs no answer.
            jobs.retain(|job| !job.reply.is_closed());
            if !jobs.is_empty() {
                self.answer(&mut jobs).await;
            }
        }
    }

    /// Asks the database again and again while it is away. Run one.
    pub async fn probe(&self) {
        loop {
            self.gate.suspected().await;
            while let Err(error) = self.load_patiently(&[]).await {
                self.gate.suspect(&error.to_string());
                sleep(PROBE_INTERVAL).await;
            }
            self.gate.open();
        }
    }

    async fn answer(&self, jobs: &mut Vec<Job>) {
        if self.gate.is_closed() {
            refuse(jobs);
            return;
        }
        let mut ids: Vec<i64> = jobs.iter().map(|job| job.id).collect();
        ids.sort_unstable();
        ids.dedup();
        // Before the statement: should the feed go back meanwhile, this is of the time before.
        let setbacks = self.eras.setbacks();
        let begin = Instant::now();
        match self.load_followed(&ids, jobs).await {
            Ok(loaded) => {
                self.metrics
                    .fetch_duration_seconds
                    .observe(begin.elapsed().as_secs_f64());
                let products = u32::try_from(ids.len()).unwrap_or(u32::MAX);
                self.metrics.fetch_batch_products.observe(products.into());
                self.deliver(loaded, setbacks, jobs);
            }
            Err(error) => {
                self.metrics.fetch_failures.inc();
                if error.is_away() {
                    self.gate.suspect(&error.to_string());
                } else {
                    warn!(error = %error, products = ids.len(), "Loading documents failed: {error}");
                }
                refuse(jobs);
            }
        }
    }

    fn deliver(&self, loaded: Loaded, setbacks: u64, jobs: &mut Vec<Job>) {
        let era = Era::new(loaded.publication.epoch, setbacks);
        let time_to_live = self.negative_ttl;
        let mut entries: HashMap<i64, Arc<Entry>, RandomState> = loaded
            .documents
            .into_iter()
            .map(|row| {
                (
                    row.product_id,
                    Arc::new(Entry::from_row(row, era, time_to_live)),
                )
            })
            .collect();
        for job in jobs.drain(..) {
            let entry = match entries.entry(job.id) {
                Slot::Occupied(slot) => Arc::clone(slot.get()),
                Slot::Vacant(slot) => {
                    Arc::clone(slot.insert(Arc::new(Entry::absent(job.id, era, time_to_live))))
                }
            };
            // Nobody waits any more: so be it.
            let _ = job.reply.send(Ok(entry));
        }
    }

    /// Loads `ids` for `jobs`, under a span if any of them belongs to one.
    async fn load_followed(&self, ids: &[i64], jobs: &mut [Job]) -> Result<Loaded, LoadError> {
        let spans = jobs.iter_mut().filter_map(|job| job.span.take());
        let spans = spans.map(|span| *span).collect();
        let span = self.traces.statement("load documents", spans);
        let result = self.load_patiently(ids).await;
        if let Some(span) = span {
            let products = i64::try_from(ids.len()).unwrap_or(i64::MAX);
            span.set("db.operation.batch.size", products);
            if result.is_err() {
                span.fail();
            }
        }
        result
    }

    /// Loads `ids`, on another connection if one turns out to be broken: reading twice does no harm.
    ///
    /// After a restart of the database every idle connection of the pool fails once.
    async fn load_patiently(&self, ids: &[i64]) -> Result<Loaded, LoadError> {
        let deadline = Instant::now() + self.config.statement_timeout;
        let mut spare = self.config.fetch_connections.get();
        loop {
            match self.load_once(ids).await {
                Err(LoadError::Database(error)) if spare > 0 && Instant::now() < deadline => {
                    tracing::debug!(error = %error, "Trying another connection: {error}");
                    spare -= 1;
                }
                result => return result,
            }
        }
    }

    async fn load_once(&self, ids: &[i64]) -> Result<Loaded, LoadError> {
        let mut connection = self.pool.get().await.map_err(|error| match error {
            RunError::TimedOut => LoadError::Busy,
            RunError::User(error) => error.into(),
        })?;
        let limit = pool::answer_timeout(self.config.statement_timeout);
        let loaded = bounded(limit, store::load(connection.begin(), ids)).await??;
        connection.succeeded();
        Ok(loaded)
    }
}

fn refuse(jobs: &mut Vec<Job>) {
    for job in jobs.drain(..) {
        // Nobody waits any more: so be it.
        let _ = job.reply.send(Err(CacheError::Unavailable));
    }
}
