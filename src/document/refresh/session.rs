//! Session of the refresher: runs one batch of changed products, step by step.

use std::time::{Duration, Instant};

use tokio_postgres::{Client, Error, Statement, error::SqlState, types::ToSql};
use uuid::Uuid;

use super::{
    backlog::Backlog,
    error::RefreshError,
    pending::PendingWork,
    quarantine,
    queue::ChangedProduct,
    selector::BatchSelector,
    writer::{DocumentWriter, timeout},
};
use crate::{
    db::{bounded::bounded, session},
    document::store::NOTIFICATION_CHANNEL,
};

/// Settings of the session. Its limits keep others from waiting for a session that hangs.
const SETTINGS: [(&str, &str); 9] = [
    ("statement_timeout", "20s"),
    ("lock_timeout", "1s"),
    ("idle_in_transaction_session_timeout", "500ms"),
    ("tcp_user_timeout", "2s"),
    ("default_transaction_isolation", "read committed"),
    // A version that a server has seen must never be reused.
    ("synchronous_commit", "on"),
    // A generic plan: planning the view takes longer than composing a product.
    ("plan_cache_mode", "force_generic_plan"),
    ("jit", "off"),
    ("work_mem", "32MB"),
];

/// Longest time for opening the session.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Longest time for a step that does not compose: the lock timeout and some more.
const STEP_TIMEOUT: Duration = Duration::from_secs(2);

/// Time that the client waits beyond the statement timeout of the server.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);

/// Longest time for a batch that isolates failures.
const ISOLATION_TIMEOUT: Duration = Duration::from_secs(60);

/// Outcome of a batch.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Products that were composed.
    pub composed: usize,
    /// Products whose documents differed and were written.
    pub written: u64,
    /// Products that could not be composed, with PostgreSQL's message.
    pub quarantined: Vec<(i64, String)>,
}

impl Done {
    /// Returns those of the batch's `products` that could be composed.
    fn composed_of(&self, products: &[ChangedProduct]) -> Vec<i64> {
        let is_quarantined = |id: i64| self.quarantined.iter().any(|(failed, _)| *failed == id);
        let ids = products.iter().map(|of| of.product_id);
        ids.filter(|id| !is_quarantined(*id)).collect()
    }
}

/// Session that composes changed products. Drop it after an error: a transaction may be open.
pub struct RefreshSession {
    client: Client,
    worker: Uuid,
    lease: Duration,
    poll: Statement,
    lock: Statement,
    selector: BatchSelector,
    writer: DocumentWriter,
}

impl RefreshSession {
    /// Connects as `worker`, which may take over a lease that was not renewed for the time `lease`.
    ///
    /// # Errors
    ///
    /// Database errors: among them, tables that do not exist.
    pub async fn connect(
        database_url: &str,
        worker: Uuid,
        lease: Duration,
    ) -> Result<Self, RefreshError> {
        let name = "atelierex refresh";
        let connect = session::connect_within(database_url, name, &SETTINGS, CONNECT_TIMEOUT);
        let client = connect.await?;
        Ok(Self {
            poll: client.prepare(include_str!("poll.sql")).await?,
            lock: client.prepare(include_str!("lock.sql")).await?,
            selector: BatchSelector::prepare(&client).await?,
            writer: DocumentWriter::prepare(&client).await?,
            client,
            worker,
            lease,
        })
    }

    /// Returns the connection, for tests that pause a session between two steps, or end it there.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Reads the pending work, without locks.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn poll(&self) -> Result<PendingWork, Error> {
        let row = self
            .client
            .query_one(
                &self.poll,
                &[
                    &self.worker,
                    &self.lease_milliseconds(),
                    &self.selector.low_watermark(),
                ],
            )
            .await?;
        Ok(PendingWork {
            is_ours: row.get(0),
            is_heartbeat_due: row.get(1),
            has_keys: row.get(2),
            has_chunks: row.get(3),
            has_backfill: row.get(4),
            has_failures: row.get(5),
            has_due_failures: row.get(6),
        })
    }

    /// Advances the low watermark and returns it. Call it now and then.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn advance_low_watermark(&mut self) -> Result<i64, Error> {
        self.selector.advance_low_watermark(&self.client).await?;
        Ok(self.selector.low_watermark())
    }

    /// Reads the state of the queues.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn backlog(&self) -> Result<Backlog, Error> {
        Backlog::read(&self.client).await
    }

    /// Runs one batch of `pending`; returns `None` if another worker has the lease.
    ///
    /// With `isolates_failures`, the batch is divided until each failing product is found and quarantined. Without, the
    /// first failure ends the batch, which then changed nothing.
    ///
    /// # Errors
    ///
    /// Database errors. After errors with [`RefreshError::may_be_of_a_product`], failures should be isolated.
    pub async fn batch(
        &mut self,
        pending: PendingWork,
        isolates_failures: bool,
        notifies_feeds: bool,
    ) -> Result<Option<Done>, RefreshError> {
        let began = Instant::now();
        let is_ours = match bounded(STEP_TIMEOUT, self.begin()).await {
            Ok(Err(error)) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => false,
            result => result??,
        };
        if !is_ours {
            bounded(STEP_TIMEOUT, self.client.batch_execute("ROLLBACK")).await??;
            return Ok(None);
        }
        let mut products = bounded(STEP_TIMEOUT, self.take(pending)).await??;
        let mut done = Done {
            composed: products.len(),
            ..Done::default()
        };
        if isolates_failures {
            bounded(ISOLATION_TIMEOUT, self.isolate(&mut products, &mut done)).await??;
        } else if !products.is_empty() {
            let write = self.writer.write_in_time(&self.client, &products);
            done.written = bounded(timeout(&products) + ANSWER_TIMEOUT, write).await??;
        }
        if pending.has_failures {
            let composed = done.composed_of(&products);
            bounded(STEP_TIMEOUT, quarantine::release(&self.client, &composed)).await??;
        }
        // During a long batch the lease could not be renewed.
        let is_heartbeat_due = pending.is_heartbeat_due || began.elapsed() > self.lease / 4;
        let commit = self.commit(is_heartbeat_due, notifies_feeds && done.written > 0);
        bounded(STEP_TIMEOUT, commit).await??;
        Ok(Some(done))
    }

    /// Notifies the feeds of all servers.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn notify_feeds(&self) -> Result<(), Error> {
        self.client
            .batch_execute(&format!("NOTIFY {NOTIFICATION_CHANNEL}"))
            .await
    }

    fn lease_milliseconds(&self) -> f64 {
        self.lease.as_secs_f64() * 1_000.0
    }

    /// Step one: locks the lease, in a statement of its own. Returns false if another worker has it.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn begin(&self) -> Result<bool, Error> {
        let lease = self.lease_milliseconds();
        // Sent together, executed one after the other.
        let begin = self.client.batch_execute("BEGIN");
        let lock = async {
            let of_worker: [&(dyn ToSql + Sync); 2] = [&self.worker, &lease];
            self.client.query_one(&self.lock, &of_worker).await
        };
        let ((), row) = tokio::try_join!(begin, lock)?;
        Ok(row.get(0))
    }

    /// Step two: takes keys and resolves them to products, as many as a batch may compose.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn take(&mut self, pending: PendingWork) -> Result<Vec<ChangedProduct>, Error> {
        self.selector.select(&self.client, pending).await
    }

    /// Step three: composes products and writes those that differ. Returns their number.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn write(&self, products: &[ChangedProduct]) -> Result<u64, Error> {
        self.writer.write(&self.client, products).await
    }

    /// Does the same as [`Self::write`] and isolates failures. Products that were not tried for lack of time are
    /// queued again.
    async fn isolate(
        &self,
        products: &mut Vec<ChangedProduct>,
        done: &mut Done,
    ) -> Result<(), Error> {
        let write = self.writer.write_isolating_failures(&self.client, products);
        let isolated = write.await?;
        let untried = &isolated.untried;
        self.selector.put_back(&self.client, untried).await?;
        products.retain(|product| !untried.contains(product));
        *done = Done {
            composed: products.len(),
            written: isolated.written,
            quarantined: isolated.quarantined,
        };
        Ok(())
    }

    /// Step four: makes the documents visible, and renews the lease.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn commit(&self, is_heartbeat: bool, notifies_feeds: bool) -> Result<(), Error> {
        let heartbeat = is_heartbeat.then(|| {
            format!(
                "UPDATE serving.refresher SET worker = '{}', worked_at = clock_timestamp();",
                self.worker
            )
        });
        let notice = notifies_feeds.then(|| format!("NOTIFY {NOTIFICATION_CHANNEL};"));
        let script: String = [heartbeat, notice].into_iter().flatten().collect();
        self.client.batch_execute(&(script + "COMMIT")).await
    }
}
