//! Read-your-writes worker: queries pending changes for all waiting requests at once.

use std::{collections::HashMap, mem, time::Duration};

use tokio::{sync::mpsc, time::sleep};

use crate::{
    cache::{
        error::CacheError,
        feed::session::{Session, SessionError},
        read_your_writes::waiter::{Scope, Waiter},
    },
    document::store::Pending,
};

/// Pause between two statements while changes are being composed.
const PAUSE: Duration = Duration::from_millis(3);

/// Maximum number of products in one statement.
const PRODUCTS_PER_STATEMENT: usize = 256;

/// Pending changes of the catalog, by the time from which requests wait for them.
type Backlogs = HashMap<Option<String>, Pending>;

/// Task that queries pending changes. Only `app` runs it, once per cache.
pub struct ReadYourWritesWorker {
    queue: mpsc::Receiver<Waiter>,
    session: Session,
    waiting: Vec<Waiter>,
}

impl ReadYourWritesWorker {
    pub(in crate::cache) fn new(queue: mpsc::Receiver<Waiter>, session: Session) -> Self {
        Self {
            queue,
            session,
            waiting: Vec::new(),
        }
    }

    /// Runs forever. Cancel-safe.
    pub async fn run(mut self) {
        while self.gather().await {
            if let Err(error) = self.ask().await {
                tracing::debug!(%error, "Cannot query pending changes: {error}");
                for waiter in self.waiting.drain(..) {
                    waiter.answer(Err(CacheError::Unavailable));
                }
            }
            if !self.waiting.is_empty() {
                sleep(PAUSE).await;
            }
        }
    }

    /// Receives new requests, and waits for one if there is none. Returns false when the queue is closed.
    async fn gather(&mut self) -> bool {
        // A request that gave up needs no result.
        self.waiting.retain(|waiter| !waiter.reply.is_closed());
        let free = self.queue.max_capacity().saturating_sub(self.waiting.len());
        if self.waiting.is_empty() {
            return self.queue.recv_many(&mut self.waiting, free).await > 0;
        }
        while self.waiting.len() < self.queue.max_capacity()
            && let Ok(waiter) = self.queue.try_recv()
        {
            self.waiting.push(waiter);
        }
        true
    }

    /// Queries pending changes once for all waiting requests, and answers those that have none.
    async fn ask(&mut self) -> Result<(), SessionError> {
        let pending = self.pending_products().await?;
        let backlogs = self.backlogs().await?;
        for mut waiter in mem::take(&mut self.waiting) {
            let is_pending = match waiter.scope {
                Scope::Product(id) => pending.contains(&id),
                Scope::Catalog => {
                    let backlog = &backlogs[&waiter.since];
                    waiter.since = Some(backlog.since.clone());
                    backlog.is_pending
                }
            };
            if is_pending {
                self.waiting.push(waiter);
            } else {
                waiter.answer(Ok(()));
            }
        }
        Ok(())
    }

    async fn pending_products(&mut self) -> Result<Vec<i64>, SessionError> {
        let mut products: Vec<i64> = self.waiting.iter().filter_map(Waiter::product).collect();
        products.sort_unstable();
        products.dedup();
        let mut pending = Vec::new();
        for ids in products.chunks(PRODUCTS_PER_STATEMENT) {
            pending.extend(self.session.pending(ids).await?);
        }
        Ok(pending)
    }

    /// Queries pending changes of the catalog. Requests that arrived together share a statement.
    async fn backlogs(&mut self) -> Result<Backlogs, SessionError> {
        let mut backlogs = Backlogs::new();
        for since in self.waiting.iter().filter_map(Waiter::catalog_since) {
            if !backlogs.contains_key(since) {
                let backlog = self.session.pending_since(since.clone()).await?;
                backlogs.insert(since.clone(), backlog);
            }
        }
        Ok(backlogs)
    }
}
