//! One batch of changed products, step by step, on one session.

use std::time::{Duration, Instant, SystemTime};

use tokio_postgres::{Client, Error, Statement, error::SqlState, types::ToSql};
use uuid::Uuid;

use super::{
    error::{RefreshError, is_of_a_product},
    low_watermark::LowWater,
    queue::{Candidate, Queue, Sweep, cut_by_weight, merge},
};
use crate::db::{bounded::bounded, error::describe, session};

/// The channel on which feeds are woken.
pub const CHANNEL: &str = "atelierex_change";

/// Source rows that one batch composes from at most, unless a single product has more: some hundreds of
/// usual products, and less than a tenth of a second of work.
pub const WEIGHT_PER_BATCH: i64 = 10_000;

/// The same for changes of many products, behind which single ones have to wait.
pub const BULK_WEIGHT_PER_BATCH: i64 = 10_000;

/// What the server holds our session to, so that nobody waits long for one that hangs.
const LIMITS: [(&str, &str); 9] = [
    ("statement_timeout", "20s"),
    ("lock_timeout", "1s"),
    ("idle_in_transaction_session_timeout", "500ms"),
    ("tcp_user_timeout", "2s"),
    ("default_transaction_isolation", "read committed"),
    // A version that a server has seen must never be given again.
    ("synchronous_commit", "on"),
    // A generic plan: planning the view takes longer than composing a product.
    ("plan_cache_mode", "force_generic_plan"),
    ("jit", "off"),
    ("work_mem", "32MB"),
];

/// Longest time for opening the session.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Longest time for a step that does not compose: the lock's own limit, and some more.
const STEP_TIMEOUT: Duration = Duration::from_secs(2);

/// Longest time from the end of what the server allows a statement to its saying so.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);

/// Longest time for a batch in which something cannot be composed.
const CAREFUL_TIMEOUT: Duration = Duration::from_secs(60);

/// Longest time for composing, however many rows there are.
const WRITE_TIMEOUT: Duration = Duration::from_secs(20);

/// After how long in such a batch what was not tried yet is left to the next one: enough to find one product that
/// is too slow among as many as a batch takes.
const CAREFUL_ENOUGH: Duration = Duration::from_secs(30);

/// Source rows that are composed in a second even on a machine that is busy with something else.
const SLOW_ROWS_PER_SECOND: i64 = 10_000;

/// What there is to do.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the columns of a row, each of which is asked for by itself"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Whether the work is this worker's: it did the last batch, or who did was not heard of for too long.
    pub is_ours: bool,
    /// Whether it is time to be heard of again.
    pub is_heartbeat_due: bool,
    has_keys: bool,
    has_chunks: bool,
    has_sweep: bool,
    has_failures: bool,
    /// Whether a product that was set aside is to be tried again.
    pub has_due_failures: bool,
}

impl Outlook {
    /// Whether anything waits for being composed.
    #[must_use]
    pub fn has_work(&self) -> bool {
        self.has_keys || self.has_chunks || self.has_sweep || self.has_due_failures
    }
}

/// What a batch did.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Products that were composed.
    pub composed: usize,
    /// Those whose documents differed and were written.
    pub written: u64,
    /// Those that could not be composed, with what PostgreSQL said.
    pub set_aside: Vec<(i64, String)>,
}

/// State of the queues.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backlog {
    /// Single keys that wait, counted up to 100,000.
    pub keys: i64,
    /// Chunks of many keys that wait.
    pub chunks: i64,
    /// How long the oldest has been waiting, in seconds.
    pub age_seconds: f64,
    /// Products set aside.
    pub set_aside: i64,
    /// Rows of the queues that are dead and still take space.
    pub dead_rows: i64,
    /// Size of the queues, in bytes.
    pub bytes: i64,
}

/// A session that composes changed products. After an error it must be dropped: a transaction may be open.
pub struct RefreshSession {
    client: Client,
    worker: Uuid,
    lease: Duration,
    queue: Queue,
    look: Statement,
    lock: Statement,
    write: Statement,
    write_styles: Statement,
    low_water: LowWater,
    is_sweep_next: bool,
}

impl RefreshSession {
    /// Connects as `worker`, who may take over the work of one that was not heard of for `lease`.
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
        let connect = session::connect_within(database_url, name, &LIMITS, CONNECT_TIMEOUT);
        let client = connect.await?;
        Ok(Self {
            queue: Queue::prepare(&client).await?,
            look: client.prepare(include_str!("look.sql")).await?,
            lock: client.prepare(include_str!("lock.sql")).await?,
            write: client.prepare(include_str!("write.sql")).await?,
            write_styles: client.prepare(include_str!("write_styles.sql")).await?,
            client,
            worker,
            lease,
            low_water: LowWater::default(),
            is_sweep_next: false,
        })
    }

    /// The connection, for tests that hold a session up between two steps, or end it there.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Looks what there is to do, without any lock.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn look(&self) -> Result<Outlook, Error> {
        let row = self
            .client
            .query_one(
                &self.look,
                &[
                    &self.worker,
                    &self.lease_milliseconds(),
                    &self.low_water.seq(),
                ],
            )
            .await?;
        Ok(Outlook {
            is_ours: row.get(0),
            is_heartbeat_due: row.get(1),
            has_keys: row.get(2),
            has_chunks: row.get(3),
            has_sweep: row.get(4),
            has_failures: row.get(5),
            has_due_failures: row.get(6),
        })
    }

    /// Learns from where on the queue has to be read. To be called now and then.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn advance_low_water(&mut self) -> Result<i64, Error> {
        self.low_water.advance(&self.client).await?;
        Ok(self.low_water.seq())
    }

    /// Reads the state of the queues.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn backlog(&self) -> Result<Backlog, Error> {
        let row = self
            .client
            .query_one(include_str!("backlog.sql"), &[])
            .await?;
        Ok(Backlog {
            keys: row.get(0),
            chunks: row.get(1),
            age_seconds: row.get(2),
            set_aside: row.get(3),
            dead_rows: row.get(4),
            bytes: row.get(5),
        })
    }

    /// Does one batch of what `outlook` shows; nothing if another worker holds the work.
    ///
    /// With `is_careful` products are tried by ever smaller parts and those that fail are set aside; without,
    /// the first that fails ends the batch, which then changed nothing.
    ///
    /// # Errors
    ///
    /// Database errors. [`RefreshError::may_be_of_a_product`] tells those after which to be careful.
    pub async fn batch(
        &mut self,
        outlook: Outlook,
        is_careful: bool,
        wakes_feeds: bool,
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
        let mut candidates = bounded(STEP_TIMEOUT, self.take(outlook)).await??;
        let mut done = Done {
            composed: candidates.len(),
            ..Done::default()
        };
        if is_careful {
            let write = self.write_carefully(&candidates, &mut done);
            let untried = bounded(CAREFUL_TIMEOUT, write).await??;
            candidates.retain(|candidate| !untried.contains(candidate));
            done.composed = candidates.len();
        } else if !candidates.is_empty() {
            done.written = bounded(write_timeout(&candidates) + ANSWER_TIMEOUT, async {
                // One after the other, but sent together.
                let limit = self.limit_statements(&candidates);
                let ((), written) = tokio::try_join!(limit, self.write(&candidates))?;
                Ok::<_, Error>(written)
            })
            .await??;
        }
        if outlook.has_failures {
            bounded(STEP_TIMEOUT, self.forget_failures(&candidates, &done)).await??;
        }
        // A batch that took long has kept others from hearing of us.
        let is_heartbeat_due = outlook.is_heartbeat_due || began.elapsed() > self.lease / 4;
        let commit = self.commit(is_heartbeat_due, wakes_feeds && done.written > 0);
        bounded(STEP_TIMEOUT, commit).await??;
        Ok(Some(done))
    }

    /// Wakes the feeds of all servers.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn wake_feeds(&self) -> Result<(), Error> {
        self.client
            .batch_execute(&format!("NOTIFY {CHANNEL}"))
            .await
    }

    fn lease_milliseconds(&self) -> f64 {
        self.lease.as_secs_f64() * 1_000.0
    }

    /// Step one: the lock, in a statement of its own. False if the work is another's.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn begin(&self) -> Result<bool, Error> {
        let lease = self.lease_milliseconds();
        // One after the other, but sent together.
        let begin = self.client.batch_execute("BEGIN");
        let lock = async {
            let of_worker: [&(dyn ToSql + Sync); 2] = [&self.worker, &lease];
            self.client.query_one(&self.lock, &of_worker).await
        };
        let ((), row) = tokio::try_join!(begin, lock)?;
        Ok(row.get(0))
    }

    /// Step two: takes keys and finds their products, as many as a batch may compose.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn take(&mut self, outlook: Outlook) -> Result<Vec<Candidate>, Error> {
        let (client, queue) = (&self.client, &self.queue);
        let mut candidates = Vec::new();
        if outlook.has_keys || outlook.has_due_failures {
            let mut keys = queue.take_keys(client, self.low_water.seq()).await?;
            if outlook.has_due_failures {
                queue.add_due(client, &mut keys).await?;
            }
            candidates = queue.resolve(client, &keys).await?;
            let surplus = cut_by_weight(&mut candidates, WEIGHT_PER_BATCH);
            queue.put_back(client, &surplus).await?;
        }
        let bulk = match (outlook.has_chunks, outlook.has_sweep) {
            (false, false) => Vec::new(),
            (true, has_sweep) if !(has_sweep && self.is_sweep_next) => self.take_chunks().await?,
            _ => self.take_sweep().await?,
        };
        self.is_sweep_next = !self.is_sweep_next;
        merge(&mut candidates, bulk);
        if outlook.has_failures {
            // One that was set aside is taken back only when all of it can be composed.
            for candidate in &mut candidates {
                candidate.is_whole = true;
            }
        }
        Ok(candidates)
    }

    async fn take_chunks(&self) -> Result<Vec<Candidate>, Error> {
        let (client, queue) = (&self.client, &self.queue);
        let keys = queue.take_chunks(client).await?;
        let mut candidates = queue.resolve(client, &keys).await?;
        let surplus = cut_by_weight(&mut candidates, BULK_WEIGHT_PER_BATCH);
        queue.put_back(client, &surplus).await?;
        Ok(candidates)
    }

    async fn take_sweep(&self) -> Result<Vec<Candidate>, Error> {
        let (client, queue) = (&self.client, &self.queue);
        let Some(sweep) = queue.take_sweep(client).await? else {
            return Ok(Vec::new());
        };
        let (mut candidates, has_more) = queue.next_of_sweep(client, sweep).await?;
        let surplus = cut_by_weight(&mut candidates, BULK_WEIGHT_PER_BATCH);
        let next = surplus.first().map(|next| next.product_id);
        let last = candidates.last().filter(|_| has_more);
        let next = next.or_else(|| last?.product_id.checked_add(1));
        if let Some(from_product_id) = next {
            let rest = Sweep {
                from_product_id,
                ..sweep
            };
            queue.put_sweep_back(client, rest).await?;
        }
        Ok(candidates)
    }

    /// Step three: composes products and writes those that differ. Returns how many did.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn write(&self, candidates: &[Candidate]) -> Result<u64, Error> {
        let (whole, styles): (Vec<&Candidate>, Vec<&Candidate>) =
            candidates.iter().partition(|of| of.is_whole);
        let mut written = 0;
        for (statement, candidates) in [(&self.write, whole), (&self.write_styles, styles)] {
            if candidates.is_empty() {
                continue;
            }
            let ids: Vec<i64> = candidates.iter().map(|of| of.product_id).collect();
            let changed_at: Vec<SystemTime> = candidates.iter().map(|of| of.changed_at).collect();
            written += self.client.execute(statement, &[&ids, &changed_at]).await?;
        }
        Ok(written)
    }

    /// Has the server give up in time on what it is asked until the transaction ends. A statement that only we gave
    /// up would go on, and keep the lock.
    async fn limit_statements(&self, candidates: &[Candidate]) -> Result<(), Error> {
        let limit = write_timeout(candidates).as_millis();
        self.client
            .batch_execute(&format!("SET LOCAL statement_timeout = {limit}"))
            .await
    }

    /// Writes what can be composed; halves what fails, or takes too long, until the one product is found. What was
    /// not tried for lack of time is queued again and returned.
    async fn write_carefully(
        &self,
        candidates: &[Candidate],
        done: &mut Done,
    ) -> Result<Vec<Candidate>, Error> {
        let began = Instant::now();
        let mut parts = vec![candidates];
        while began.elapsed() < CAREFUL_ENOUGH
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
            if let [candidate] = part {
                let reason = describe(&error);
                self.set_aside(candidate.product_id, &reason).await?;
                done.set_aside.push((candidate.product_id, reason));
            } else {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
        }
        let untried: Vec<Candidate> = parts.into_iter().flatten().copied().collect();
        self.queue.put_back(&self.client, &untried).await?;
        Ok(untried)
    }

    async fn set_aside(&self, product_id: i64, error: &str) -> Result<(), Error> {
        let sql = "INSERT INTO serving.refresh_failure AS known (product_id, error, retry_at)
             VALUES ($1, $2, clock_timestamp() + interval '1 s')
             ON CONFLICT (product_id) DO UPDATE SET
                 error = excluded.error,
                 attempts = known.attempts + 1,
                 failed_at = clock_timestamp(),
                 retry_at = clock_timestamp() + least(2 ^ least(known.attempts, 10), 300) * interval '1 s'";
        self.client.execute(sql, &[&product_id, &error]).await?;
        Ok(())
    }

    /// Products that were set aside earlier and could be composed now.
    async fn forget_failures(&self, candidates: &[Candidate], done: &Done) -> Result<(), Error> {
        let failed = |id: i64| done.set_aside.iter().any(|(failed, _)| *failed == id);
        let ids = candidates.iter().map(|of| of.product_id);
        let composed: Vec<i64> = ids.filter(|id| !failed(*id)).collect();
        let sql = "DELETE FROM serving.refresh_failure WHERE product_id = ANY ($1)";
        self.client.execute(sql, &[&composed]).await?;
        Ok(())
    }

    /// Step four: makes it visible, and this worker heard of.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn commit(&self, is_heartbeat: bool, wakes_feeds: bool) -> Result<(), Error> {
        let heartbeat = is_heartbeat.then(|| {
            format!(
                "UPDATE serving.refresher SET worker = '{}', worked_at = clock_timestamp();",
                self.worker
            )
        });
        let notice = wakes_feeds.then(|| format!("NOTIFY {CHANNEL};"));
        let script: String = [heartbeat, notice].into_iter().flatten().collect();
        self.client.batch_execute(&(script + "COMMIT")).await
    }
}

/// How long composing may take: by the number of source rows.
fn write_timeout(candidates: &[Candidate]) -> Duration {
    let weight: i64 = candidates.iter().map(|of| of.weight).sum();
    let seconds = u64::try_from(weight / SLOW_ROWS_PER_SECOND).unwrap_or_default();
    (STEP_TIMEOUT + Duration::from_secs(seconds)).min(WRITE_TIMEOUT)
}
