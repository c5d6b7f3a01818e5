//! Refresh worker: composes changed products while this server has the refresher lease, and waits while another server
//! has it.

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
    pending::PendingWork,
    session::{Done, RefreshSession},
};
use crate::{
    config::RefreshConfig,
    db::{back_off::next_pause, bounded::bounded},
    metrics::Metrics,
    telemetry::throttled_log::ThrottledLog,
};

/// Longest time for opening a session and preparing its statements. Opening alone has a shorter limit.
const PREPARE_TIMEOUT: Duration = Duration::from_secs(2);

/// Longest time for statements that only read. A connection that was cut silently costs this much.
const POLL_TIMEOUT: Duration = Duration::from_millis(500);

/// Shortest time between two notifications. Each takes a lock on the whole database.
const NOTIFICATION_INTERVAL: Duration = Duration::from_millis(10);

/// Interval between two readings of the queues' state.
const BACKLOG_INTERVAL: Duration = Duration::from_secs(1);

/// Number of products in a batch from which on more are likely to follow.
const MANY_PRODUCTS: usize = 100;

/// Composes changed products. Only `app` runs it, once per server.
pub struct Refresher<W> {
    database_url: String,
    config: RefreshConfig,
    worker: Uuid,
    metrics: Arc<Metrics>,
    on_written: W,
    is_held: bool,
    isolates_failures: bool,
    /// Time of the last notification, and whether documents were written since.
    notified: Instant,
    is_notification_due: bool,
    backlog_due: Instant,
    failures: ThrottledLog,
}

impl<W: Fn()> Refresher<W> {
    /// Creates the worker. It calls `on_written` after documents were written.
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

    /// Runs forever and retries after every failure of the database. Cancel-safe.
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

    /// Works on one session until it fails.
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
                self.run_batch(&mut session, pending).await?
            } else {
                self.hold(false);
                Some(lease / 4)
            };
            if let Some(pause) = pause {
                sleep(pause).await;
            }
        }
    }

    /// Runs one batch of the pending work, and returns the pause after it.
    async fn run_batch(
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
        // A batch that follows a failure is likely to fail again.
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
        // A batch has a fixed cost. After a small batch, a pause lets more products gather for the next one.
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
