//! Composes changed products while this server has the refresher's lease, and waits for its turn while another has it.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::sleep;
use tracing::{error, info, warn};
use uuid::Uuid;

use super::{
    backlog::Backlog,
    error::RefreshError,
    session::{Done, PendingWork, RefreshSession},
};
use crate::{
    config::RefreshConfig,
    db::{back_off::next_pause, bounded::bounded},
    metrics::Metrics,
    telemetry::throttled_log::ThrottledLog,
};

/// Longest time for opening a session, which has a shorter limit of its own, and preparing its statements.
const PREPARE_TIMEOUT: Duration = Duration::from_secs(2);

/// Longest time for statements that only read. A connection that was cut without a word costs this much.
const POLL_TIMEOUT: Duration = Duration::from_millis(500);

/// Shortest time between two notifications: each takes a lock on the whole database.
const NOTIFICATION_INTERVAL: Duration = Duration::from_millis(10);

/// Interval between two readings of the state of the queues.
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
    isolates_failures: bool,
    /// Time when feeds were last woken, and whether something was written since.
    notified: Instant,
    is_notification_due: bool,
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
            isolates_failures: false,
            notified: Instant::now(),
            is_notification_due: false,
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
            let pending = bounded(POLL_TIMEOUT, session.poll()).await??;
            *back_off = Duration::ZERO;
            self.failures.reset();
            if Instant::now() >= self.backlog_due {
                let backlog = bounded(POLL_TIMEOUT, session.backlog()).await??;
                self.observe(&backlog);
                bounded(POLL_TIMEOUT, session.advance_low_watermark()).await??;
                self.backlog_due = Instant::now() + BACKLOG_INTERVAL;
            }
            let pause = if pending.is_ours {
                self.turn(&mut session, pending).await?
            } else {
                self.hold(false);
                Some(lease / 4)
            };
            if let Some(pause) = pause {
                sleep(pause).await;
            }
        }
    }

    /// Does one batch of the pending work, and returns how long to pause.
    async fn turn(
        &mut self,
        session: &mut RefreshSession,
        pending: PendingWork,
    ) -> Result<Option<Duration>, RefreshError> {
        let may_notify = self.notified.elapsed() >= NOTIFICATION_INTERVAL;
        if self.is_notification_due && may_notify {
            bounded(POLL_TIMEOUT, session.notify_feeds()).await??;
            self.was_notified();
        }
        if !pending.has_work() && !pending.is_heartbeat_due {
            return Ok(Some(self.config.refresh_interval));
        }
        let began = Instant::now();
        // What failed before is likely to fail again.
        let isolates_failures = self.isolates_failures || pending.has_due_failures;
        let result = session.batch(pending, isolates_failures, may_notify).await;
        if let Err(error) = &result {
            self.isolates_failures = error.may_be_of_a_product();
        }
        let Some(done) = result? else {
            self.hold(false);
            return Ok(Some(self.config.refresh_lease / 4));
        };
        self.hold(true);
        self.isolates_failures = false;
        self.record(&done, began, may_notify);
        // A batch costs as much as some products. When few waited, more are left to gather for the next one.
        Ok((done.composed < MANY_PRODUCTS).then_some(self.config.refresh_interval))
    }

    /// Logs and counts the outcome of a batch.
    fn record(&mut self, done: &Done, began: Instant, was_notified: bool) {
        let metrics = &self.metrics;
        for (product, reason) in &done.quarantined {
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
            if was_notified {
                self.was_notified();
            } else {
                self.is_notification_due = true;
            }
            (self.on_written)();
        }
    }

    fn was_notified(&mut self) {
        self.notified = Instant::now();
        self.is_notification_due = false;
    }

    fn hold(&mut self, is_held: bool) {
        if self.is_held != is_held {
            let verb = if is_held { "acquired" } else { "released" };
            info!(worker = %self.worker, "Refresher lease {verb}");
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
        metrics
            .refresh_quarantined_products
            .set(backlog.quarantined);
    }

    fn log(&mut self, failure: &RefreshError) {
        let reason = failure.to_string();
        if self.failures.admits(&reason) {
            error!(error = reason, "Cannot refresh documents: {reason}");
        }
    }
}
