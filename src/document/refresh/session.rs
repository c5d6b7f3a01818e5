//! Session of the refresher: runs one batch of changed products, step by step.

use std::time::{Duration, Instant, SystemTime};

use tokio_postgres::{Client, Error, Statement, error::SqlState, types::ToSql};
use uuid::Uuid;

use super::{
    backlog::Backlog,
    error::{RefreshError, is_of_a_product},
    low_watermark::LowWatermark,
    quarantine,
    queue::{Backfill, ChangedProduct, Queue, cut_by_weight, merge},
};
use crate::{
    db::{bounded::bounded, report::describe, session},
    document::{columns::fill, store::NOTIFICATION_CHANNEL},
};

/// Maximum number of source rows that a batch composes from, unless a single product has more. That is some hundreds of
/// usual products, and less than a tenth of a second.
pub const WEIGHT_PER_BATCH: i64 = 10_000;

/// The same for changes of many products at once, since single changes wait behind them.
pub const BULK_WEIGHT_PER_BATCH: i64 = 10_000;

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

/// Longest time for composing, for any number of rows.
const WRITE_TIMEOUT: Duration = Duration::from_secs(20);

/// Time in such a batch after which the products that were not tried yet are left to the next one. It is long enough to
/// find one product that takes too long in a full batch.
const ISOLATION_BUDGET: Duration = Duration::from_secs(30);

/// Source rows that are composed per second even on a busy machine.
const SLOW_ROWS_PER_SECOND: i64 = 10_000;

/// Pending work.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the columns of a row, each of which is asked for by itself"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingWork {
    /// This worker has the lease, or its holder has not renewed it for too long.
    pub is_ours: bool,
    /// The lease must be renewed.
    pub is_heartbeat_due: bool,
    has_keys: bool,
    has_chunks: bool,
    has_backfill: bool,
    has_failures: bool,
    /// A quarantined product is due for another attempt.
    pub has_due_failures: bool,
}

impl PendingWork {
    /// Returns whether anything is to be composed.
    #[must_use]
    pub fn has_work(&self) -> bool {
        self.has_keys || self.has_chunks || self.has_backfill || self.has_due_failures
    }
}

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
    queue: Queue,
    poll: Statement,
    lock: Statement,
    write: Statement,
    write_styles: Statement,
    low_watermark: LowWatermark,
    is_backfill_next: bool,
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
            queue: Queue::prepare(&client).await?,
            poll: client.prepare(include_str!("poll.sql")).await?,
            lock: client.prepare(include_str!("lock.sql")).await?,
            write: client.prepare(&fill(include_str!("write.sql"))).await?,
            write_styles: client.prepare(include_str!("write_styles.sql")).await?,
            client,
            worker,
            lease,
            low_watermark: LowWatermark::default(),
            is_backfill_next: false,
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
                    &self.low_watermark.seq(),
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
        self.low_watermark.advance(&self.client).await?;
        Ok(self.low_watermark.seq())
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
            let write = self.write_isolating_failures(&products, &mut done);
            let untried = bounded(ISOLATION_TIMEOUT, write).await??;
            products.retain(|product| !untried.contains(product));
            done.composed = products.len();
        } else if !products.is_empty() {
            done.written = bounded(write_timeout(&products) + ANSWER_TIMEOUT, async {
                // Sent together, executed one after the other.
                let limit = self.limit_statements(&products);
                let ((), written) = tokio::try_join!(limit, self.write(&products))?;
                Ok::<_, Error>(written)
            })
            .await??;
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
        let (client, queue) = (&self.client, &self.queue);
        let mut products = Vec::new();
        if pending.has_keys || pending.has_due_failures {
            let mut keys = queue.take_keys(client, self.low_watermark.seq()).await?;
            if pending.has_due_failures {
                queue.add_due(client, &mut keys).await?;
            }
            products = queue.resolve(client, &keys).await?;
            let surplus = cut_by_weight(&mut products, WEIGHT_PER_BATCH);
            queue.put_back(client, &surplus).await?;
        }
        let bulk = match (pending.has_chunks, pending.has_backfill) {
            (false, false) => Vec::new(),
            (true, has_backfill) if !(has_backfill && self.is_backfill_next) => {
                self.take_chunks().await?
            }
            _ => self.take_backfill().await?,
        };
        self.is_backfill_next = !self.is_backfill_next;
        merge(&mut products, bulk);
        if pending.has_failures {
            // A product leaves the quarantine only when all its documents can be composed.
            for product in &mut products {
                product.is_whole = true;
            }
        }
        Ok(products)
    }

    async fn take_chunks(&self) -> Result<Vec<ChangedProduct>, Error> {
        let (client, queue) = (&self.client, &self.queue);
        let keys = queue.take_chunks(client).await?;
        let mut products = queue.resolve(client, &keys).await?;
        let surplus = cut_by_weight(&mut products, BULK_WEIGHT_PER_BATCH);
        queue.put_back(client, &surplus).await?;
        Ok(products)
    }

    async fn take_backfill(&self) -> Result<Vec<ChangedProduct>, Error> {
        let (client, queue) = (&self.client, &self.queue);
        let Some(backfill) = queue.take_backfill(client).await? else {
            return Ok(Vec::new());
        };
        let (mut products, has_more) = queue.next_of_backfill(client, backfill).await?;
        let surplus = cut_by_weight(&mut products, BULK_WEIGHT_PER_BATCH);
        let next = surplus.first().map(|next| next.product_id);
        let last = products.last().filter(|_| has_more);
        let next = next.or_else(|| last?.product_id.checked_add(1));
        if let Some(from_product_id) = next {
            let rest = Backfill {
                from_product_id,
                ..backfill
            };
            queue.put_backfill_back(client, rest).await?;
        }
        Ok(products)
    }

    /// Step three: composes products and writes those that differ. Returns their number.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn write(&self, products: &[ChangedProduct]) -> Result<u64, Error> {
        let (whole, styles): (Vec<&ChangedProduct>, Vec<&ChangedProduct>) =
            products.iter().partition(|of| of.is_whole);
        let mut written = 0;
        for (statement, products) in [(&self.write, whole), (&self.write_styles, styles)] {
            if products.is_empty() {
                continue;
            }
            let ids: Vec<i64> = products.iter().map(|of| of.product_id).collect();
            let changed_at: Vec<SystemTime> = products.iter().map(|of| of.changed_at).collect();
            written += self.client.execute(statement, &[&ids, &changed_at]).await?;
        }
        Ok(written)
    }

    /// Limits the statements of this transaction on the server. A statement that only the client gave up would continue
    /// and keep its locks.
    async fn limit_statements(&self, products: &[ChangedProduct]) -> Result<(), Error> {
        let limit = write_timeout(products).as_millis();
        self.client
            .batch_execute(&format!("SET LOCAL statement_timeout = {limit}"))
            .await
    }

    /// Writes the products that can be composed. Divides a part that fails, or takes too long, until the failing
    /// product is found. Products that were not tried for lack of time are queued again and returned.
    async fn write_isolating_failures(
        &self,
        products: &[ChangedProduct],
        done: &mut Done,
    ) -> Result<Vec<ChangedProduct>, Error> {
        let began = Instant::now();
        let mut parts = vec![products];
        while began.elapsed() < ISOLATION_BUDGET
            && let Some(part) = parts.pop().filter(|part| !part.is_empty())
        {
            self.client.batch_execute("SAVEPOINT part").await?;
            self.limit_statements(part).await?;
            let error = match self.write(part).await {
                Ok(written) => {
                    done.written += written;
                    self.client.batch_execute("RELEASE part").await?;
                    continue;
                }
                Err(error) if is_of_a_product(&error) => error,
                Err(error) => return Err(error),
            };
            self.client
                .batch_execute("ROLLBACK TO part; RELEASE part")
                .await?;
            if let [product] = part {
                let reason = describe(&error);
                quarantine::add(&self.client, product.product_id, &reason).await?;
                done.quarantined.push((product.product_id, reason));
            } else {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
        }
        let untried: Vec<ChangedProduct> = parts.into_iter().flatten().copied().collect();
        self.queue.put_back(&self.client, &untried).await?;
        Ok(untried)
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

/// Returns the longest time for composing, by the number of source rows.
fn write_timeout(products: &[ChangedProduct]) -> Duration {
    let weight: i64 = products.iter().map(|of| of.weight).sum();
    let seconds = u64::try_from(weight / SLOW_ROWS_PER_SECOND).unwrap_or_default();
    (STEP_TIMEOUT + Duration::from_secs(seconds)).min(WRITE_TIMEOUT)
}
