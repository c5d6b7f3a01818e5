//! Does the work of composing changed products for as long as it is this server's, and waits for its turn
//! while it is another's.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::sleep;
use tracing::{error, info, warn};
use uuid::Uuid;

use super::{
    error::RefreshError,
    session::{Backlog, Done, Outlook, RefreshSession},
};
use crate::{
    config::RefreshConfig,
    db::{back_off::next_pause, bounded::bounded},
    metrics::Metrics,
    telemetry::throttled_log::ThrottledLog,
};

/// Longest time for opening a session, which has a shorter limit of its own, and preparing its statements.
const PREPARE_TIMEOUT: Duration = Duration::from_secs(2);

/// Longest time for statements that only look. A connection that was cut without a word costs this much.
const LOOK_TIMEOUT: Duration = Duration::from_millis(500);

/// Shortest time between two notices: each takes a lock on the whole database.
const NOTICE_INTERVAL: Duration = Duration::from_millis(10);

/// How often the state of the queues is read.
const BACKLOG_INTERVAL: Duration = Duration::from_secs(1);

/// As many products in a batch mean that more are waiting.
const MANY_PRODUCTS: usize = 100;

/// Composes changed products. Only `app` runs it, once in each server.
pub struct Refresher<W> {
    database_url: String,
    config: RefreshConfig,
    worker: Uuid,
    metrics: Arc<Metrics>,
    on_written: W,
    is_held: bool,
    is_careful: bool,
    /// When feeds were last woken, and whether something was written since.
    noticed: Instant,
    owes_notice: bool,
    backlog_due: Instant,
    failures: ThrottledLog,
}

impl<W: Fn()> Refresher<W> {
    /// Prepares to work; `on_written` is called whenever documents have been written.
    pub fn new(
        database_url: &str,
        config: &RefreshConfig,
        worker: Uuid,
        metrics: Arc<Metrics>,
        on_written: W,
    ) -> Self {
        Self {
            database_url: database_url.to_owned(),
            config: config.clone(),
            worker,
            metrics,
            on_written,
            is_held: false,
            is_careful: false,
            noticed: Instant::now(),
            owes_notice: false,
            backlog_due: Instant::now(),
            failures: ThrottledLog::default(),
        }
    }

    /// Works for ever, through every failure of the database. May be dropped at any point.
    pub async fn run(mut self) {
        let mut back_off = Duration::ZERO;
        loop {
            let Err(error) = self.work(&mut back_off).await;
            self.hold(false);
            self.metrics.refresh_failures.inc();
            self.log(&error);
            back_off = next_pause(back_off, self.config.refresh_interval);
            sleep(back_off).await;
        }
    }

    /// Works on one connection until it fails.
    async fn work(&mut self, back_off: &mut Duration) -> Result<Infallible, RefreshError> {
        let lease = self.config.refresh_lease;
        let connect = RefreshSession::connect(&self.database_url, self.worker, lease);
        let mut session = bounded(PREPARE_TIMEOUT, connect).await??;
        loop {
            let outlook = bounded(LOOK_TIMEOUT, session.look()).await??;
            *back_off = Duration::ZERO;
            self.failures.reset();
            if Instant::now() >= self.backlog_due {
                let backlog = bounded(LOOK_TIMEOUT, session.backlog()).await??;
                self.observe(&backlog);
                bounded(LOOK_TIMEOUT, session.advance_low_water()).await??;
                self.backlog_due = Instant::now() + BACKLOG_INTERVAL;
            }
            let pause = if outlook.is_ours {
                self.turn(&mut session, outlook).await?
            } else {
                self.hold(false);
                Some(lease / 4)
            };
            if let Some(pause) = pause {
                sleep(pause).await;
            }
        }
    }

    /// Does what there is to do, and says for how long to pause.
    async fn turn(
        &mut self,
        session: &mut RefreshSession,
        outlook: Outlook,
    ) -> Result<Option<Duration>, RefreshError> {
        let may_notice = self.noticed.elapsed() >= NOTICE_INTERVAL;
        if self.owes_notice && may_notice {
            bounded(LOOK_TIMEOUT, session.wake_feeds()).await??;
            self.has_noticed();
        }
        if !outlook.has_work() && !outlook.is_heartbeat_due {
            return Ok(Some(self.config.refresh_interval));
        }
        let began = Instant::now();
        // What failed before is likely to fail again.
        let is_careful = self.is_careful || outlook.has_due_failures;
        let result = session.batch(outlook, is_careful, may_notice).await;
        if let Err(error) = &result {
            self.is_careful = error.may_be_of_a_product();
        }
        let Some(done) = result? else {
            self.hold(false);
            return Ok(Some(self.config.refresh_lease / 4));
        };
        self.hold(true);
        self.is_careful = false;
        self.account(&done, began, may_notice);
        // A batch costs as much as some products. When few waited, more are left to gather for the next one.
        Ok((done.composed < MANY_PRODUCTS).then_some(self.config.refresh_interval))
    }

    /// Says what a batch did.
    fn account(&mut self, done: &Done, began: Instant, has_noticed: bool) {
        let metrics = &self.metrics;
        for (product, reason) in &done.set_aside {
            warn!(
                product,
                error = reason,
                "Product {product} cannot be composed: {reason}"
            );
            metrics.refresh_quarantines.inc();
        }
        if done.composed == 0 {
            return;
        }
        metrics
            .refresh_batch_duration_seconds
            .observe(began.elapsed().as_secs_f64());
        metrics.refresh_composed.inc_by(done.composed as u64);
        metrics.refresh_written.inc_by(done.written);
        if done.written > 0 {
            if has_noticed {
                self.has_noticed();
            } else {
                self.owes_notice = true;
            }
            (self.on_written)();
        }
    }

    fn has_noticed(&mut self) {
        self.noticed = Instant::now();
        self.owes_notice = false;
    }

    fn hold(&mut self, is_held: bool) {
        if self.is_held != is_held {
            let does = if is_held {
                "composes"
            } else {
                "no longer composes"
            };
            info!(worker = %self.worker, "This server {does} what changes");
        }
        self.is_held = is_held;
        self.metrics.refresher_held.set(is_held.into());
    }

    fn observe(&self, backlog: &Backlog) {
        let metrics = &self.metrics;
        metrics.change_queue_keys.set(backlog.keys);
        metrics.change_queue_chunks.set(backlog.chunks);
        metrics.change_queue_age_seconds.set(backlog.age_seconds);
        metrics.change_queue_dead_rows.set(backlog.dead_rows);
        metrics.change_queue_bytes.set(backlog.bytes);
        metrics.refresh_quarantined_products.set(backlog.set_aside);
    }

    fn log(&mut self, failure: &RefreshError) {
        let reason = failure.to_string();
        if self.failures.admits(&reason) {
            error!(error = reason, "Cannot compose what changed: {reason}");
        }
    }
}
