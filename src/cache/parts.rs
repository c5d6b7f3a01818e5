//! Assembly of the cache: creates and connects its parts and its background tasks.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::sync::mpsc;

use crate::{
    cache::{
        audit::recent::RecentChanges,
        catalog::snapshot::CurrentSnapshot,
        epoch::Epochs,
        feed::{
            Feed, applier::Applier, barrier::PollBarrier, follower::Follower, session::Session,
        },
        fetch::{
            Fetcher, circuit_breaker::CircuitBreaker, queue::FetchQueue, reader::DocumentReader,
            worker::FetchWorkers,
        },
        lookup::Lookup,
        query::{list::ListReader, related::RelatedReader, snapshot_reader::SnapshotReader},
        read_your_writes::{ReadYourWrites, worker::ReadYourWritesWorker},
    },
    config::{CacheConfig, PoolConfig},
    db::pool::Pool,
    metrics::Metrics,
    search::cache::SearchCache,
    telemetry::traces::Traces,
};

/// Parts of a cache beyond lookups in memory.
pub struct Parts {
    pub reader: Arc<SnapshotReader>,
    pub lists: ListReader,
    pub related: RelatedReader,
    pub read_your_writes: ReadYourWrites,
    pub breaker: Arc<CircuitBreaker>,
    pub barrier: Arc<PollBarrier>,
    pub recent_changes: Arc<RecentChanges>,
    pub request_timeout: Duration,
}

/// Background tasks of a cache. The caller runs them.
pub struct CacheTasks {
    /// Fetches products that are not in memory.
    pub fetch: FetchWorkers,
    /// Queries pending changes.
    pub read_your_writes: ReadYourWritesWorker,
    /// Follows the feed.
    pub feed: Feed,
}

/// Inputs of the assembly.
pub struct Assembly<'config> {
    pub database_url: &'config str,
    pub cache: &'config CacheConfig,
    pub connections: &'config PoolConfig,
    pub traces: Traces,
    pub metrics: Arc<Metrics>,
}

/// State that requests and tasks share.
struct Shared {
    lookup: Arc<Lookup>,
    epochs: Arc<Epochs>,
    snapshot: Arc<CurrentSnapshot>,
    breaker: Arc<CircuitBreaker>,
    barrier: Arc<PollBarrier>,
    recent_changes: Arc<RecentChanges>,
}

impl Assembly<'_> {
    /// Creates an empty cache that reads from `pool`.
    pub fn build(self, pool: Pool, search: SearchCache) -> (Arc<Lookup>, Parts, CacheTasks) {
        let shared = self.shared();
        let (queue, fetch) = self.fetch(&shared, pool);
        let (read_your_writes, read_your_writes_worker) = self.read_your_writes(&shared);
        let reader = Arc::new(SnapshotReader {
            fetcher: self.fetcher(&shared, queue),
            snapshot: Arc::clone(&shared.snapshot),
        });
        let tasks = CacheTasks {
            fetch,
            read_your_writes: read_your_writes_worker,
            feed: self.feed(&shared),
        };
        let parts = Parts {
            lists: ListReader {
                reader: Arc::clone(&reader),
                search,
                epochs: shared.epochs,
            },
            related: RelatedReader {
                reader: Arc::clone(&reader),
                metrics: self.metrics,
                malformed: Mutex::default(),
            },
            reader,
            read_your_writes,
            breaker: shared.breaker,
            barrier: shared.barrier,
            recent_changes: shared.recent_changes,
            request_timeout: self.connections.request_timeout,
        };
        (shared.lookup, parts, tasks)
    }

    fn metrics(&self) -> Arc<Metrics> {
        Arc::clone(&self.metrics)
    }

    fn shared(&self) -> Shared {
        let epochs = Arc::new(Epochs::new());
        let lookup = Lookup::new(self.cache, Arc::clone(&epochs), self.metrics());
        let snapshot = CurrentSnapshot::new(Arc::clone(&epochs), self.metrics());
        Shared {
            lookup: Arc::new(lookup),
            epochs,
            snapshot: Arc::new(snapshot),
            breaker: Arc::new(CircuitBreaker::new(self.metrics())),
            barrier: Arc::new(PollBarrier::new()),
            recent_changes: Arc::default(),
        }
    }

    fn fetch(&self, shared: &Shared, pool: Pool) -> (FetchQueue, FetchWorkers) {
        let (queue, waiters) = FetchQueue::new(
            self.connections.fetch_queue.get(),
            Arc::clone(&shared.breaker),
            self.traces.clone(),
            self.metrics(),
        );
        let workers = FetchWorkers {
            waiters,
            breaker: Arc::clone(&shared.breaker),
            reader: DocumentReader::new(pool, self.connections),
            epochs: Arc::clone(&shared.epochs),
            batch_size: self.connections.fetch_batch.get(),
            negative_ttl: self.cache.negative_ttl,
            traces: self.traces.clone(),
            metrics: self.metrics(),
        };
        (queue, workers)
    }

    fn fetcher(&self, shared: &Shared, queue: FetchQueue) -> Fetcher {
        Fetcher {
            lookup: Arc::clone(&shared.lookup),
            queue,
            barrier: Arc::clone(&shared.barrier),
            request_timeout: self.connections.request_timeout,
            metrics: self.metrics(),
        }
    }

    fn read_your_writes(&self, shared: &Shared) -> (ReadYourWrites, ReadYourWritesWorker) {
        let (waiters, queue) = mpsc::channel(self.cache.consistent_read_queue.get());
        let read_your_writes = ReadYourWrites {
            waiters,
            timeout: self.cache.consistent_read_timeout,
            breaker: Arc::clone(&shared.breaker),
            barrier: Arc::clone(&shared.barrier),
            request_timeout: self.connections.request_timeout,
            metrics: self.metrics(),
        };
        let session = self.session("atelierex read-your-writes", false);
        (read_your_writes, ReadYourWritesWorker::new(queue, session))
    }

    fn feed(&self, shared: &Shared) -> Feed {
        let lookup = Arc::clone(&shared.lookup);
        let follower = Follower {
            session: self.session("atelierex feed", !self.cache.no_feed_listen),
            applier: Applier {
                lookup: Arc::clone(&lookup),
                recent_changes: Arc::clone(&shared.recent_changes),
                metrics: self.metrics(),
            },
            epochs: Arc::clone(&shared.epochs),
            snapshot: Arc::clone(&shared.snapshot),
            negative_ttl: self.cache.negative_ttl,
            metrics: self.metrics(),
            cursor: None,
        };
        Feed::new(
            follower,
            lookup,
            Arc::clone(&shared.barrier),
            Arc::clone(&shared.breaker),
            self.metrics(),
            self.cache.feed_interval,
        )
    }

    fn session(&self, name: &'static str, listens: bool) -> Session {
        Session::new(self.database_url, name, self.connections, listens)
    }
}
