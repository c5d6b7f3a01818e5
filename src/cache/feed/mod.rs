//! Feed: polls the database for changed documents and brings memory up to date with them.

pub mod applier;
pub mod barrier;
pub mod cursor;
pub mod follower;
pub mod liveness;
pub mod session;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{select, time::sleep};
use tracing::error;

use crate::{
    cache::{
        feed::{barrier::PollBarrier, follower::Follower, session::SessionError},
        fetch::circuit_breaker::CircuitBreaker,
        lookup::Lookup,
    },
    db::back_off::next_pause,
    metrics::Metrics,
    telemetry::throttled_log::ThrottledLog,
};

/// Pause after a poll that read changes: more are likely to follow.
const MIN_PAUSE: Duration = Duration::from_millis(2);

/// Task that polls the feed. Only `app` runs it, once for each cache.
pub struct Feed {
    follower: Follower,
    lookup: Arc<Lookup>,
    barrier: Arc<PollBarrier>,
    breaker: Arc<CircuitBreaker>,
    metrics: Arc<Metrics>,
    interval: Duration,
    pause: Duration,
    failures: ThrottledLog,
}

impl Feed {
    /// Creates the task. It polls at least once per `interval`.
    pub(super) fn new(
        follower: Follower,
        lookup: Arc<Lookup>,
        barrier: Arc<PollBarrier>,
        breaker: Arc<CircuitBreaker>,
        metrics: Arc<Metrics>,
        interval: Duration,
    ) -> Self {
        Self {
            follower,
            lookup,
            barrier,
            breaker,
            metrics,
            interval,
            pause: MIN_PAUSE,
            failures: ThrottledLog::default(),
        }
    }

    /// Follows the feed forever and retries after every failure of the database. Cancel-safe.
    pub async fn run(mut self) {
        let mut back_off = Duration::ZERO;
        loop {
            let begin = Instant::now();
            self.barrier.begin();
            self.metrics.feed_polls.inc();
            match self.follower.poll().await {
                Ok(has_advanced) => {
                    self.lookup.liveness().confirm(begin);
                    self.barrier.finish();
                    self.failures.reset();
                    back_off = Duration::ZERO;
                    self.wait(has_advanced).await;
                }
                Err(error) => {
                    self.record_failure(&error);
                    back_off = next_pause(back_off, self.interval);
                    sleep(back_off).await;
                }
            }
        }
    }

    /// Waits until the next poll is due or requested. The pauses grow while nothing changes.
    async fn wait(&mut self, has_advanced: bool) {
        if has_advanced {
            self.pause = MIN_PAUSE;
        }
        self.pause = (self.pause * 2).min(self.interval);
        select! {
            () = sleep(self.pause) => {}
            () = self.barrier.poll_requested() => {}
            () = self.follower.session.notified() => {}
        }
    }

    fn record_failure(&mut self, error: &SessionError) {
        self.lookup.liveness().mark_lost();
        self.metrics.feed_failures.inc();
        match error {
            SessionError::Database(_) => self.breaker.request_probe(),
            _ => self.breaker.trip(&error.to_string()),
        }
        self.log(error);
    }

    fn log(&mut self, failure: &SessionError) {
        let reason = failure.to_string();
        if self.failures.admits(&reason) {
            error!(error = reason, "Cannot follow the changes: {reason}");
        }
    }
}
