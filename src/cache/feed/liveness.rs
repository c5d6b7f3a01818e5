//! Database liveness: the time since the last poll of the feed, and whether memory may still be served.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use crate::cache::error::CacheError;

/// Time of the feed's last poll, cheap enough for every request to read.
#[derive(Debug)]
pub struct Liveness {
    start: Instant,
    is_lost: AtomicBool,
    last_milliseconds: AtomicU64,
    stale_after: Duration,
    limit: Duration,
}

impl Liveness {
    /// Creates it: entries become stale `stale_after` the last poll, and are no longer served after `limit`.
    pub fn new(stale_after: Duration, limit: Duration) -> Self {
        Self {
            start: Instant::now(),
            is_lost: AtomicBool::new(false),
            last_milliseconds: AtomicU64::new(0),
            stale_after,
            limit,
        }
    }

    /// Records that memory reflects everything up to `moment`.
    pub fn confirm(&self, moment: Instant) {
        let milliseconds = moment.duration_since(self.start).as_millis();
        let milliseconds = u64::try_from(milliseconds).unwrap_or(u64::MAX);
        self.last_milliseconds
            .store(milliseconds, Ordering::Relaxed);
        self.is_lost.store(false, Ordering::Release);
    }

    /// Records that the database did not answer.
    pub fn mark_lost(&self) {
        self.is_lost.store(true, Ordering::Release);
    }

    /// Returns for how long memory has been stale; `None` while it is fresh.
    ///
    /// # Errors
    ///
    /// [`CacheError::Unavailable`] when it is too old to be served.
    pub fn staleness(&self) -> Result<Option<Duration>, CacheError> {
        if !self.is_lost.load(Ordering::Acquire) {
            return Ok(None);
        }
        let last = Duration::from_millis(self.last_milliseconds.load(Ordering::Relaxed));
        let age = self.start.elapsed().saturating_sub(last);
        if age > self.limit {
            return Err(CacheError::Unavailable);
        }
        Ok(age.checked_sub(self.stale_after))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Liveness;
    use crate::cache::error::CacheError;

    #[test]
    fn memory_ages_only_while_the_database_is_away() {
        let liveness = Liveness::new(Duration::ZERO, Duration::MAX);
        liveness.confirm(Instant::now());
        assert_eq!(liveness.staleness(), Ok(None));
        liveness.mark_lost();
        assert!(liveness.staleness().unwrap().is_some());
        liveness.confirm(Instant::now());
        assert_eq!(liveness.staleness(), Ok(None));
    }

    #[test]
    fn memory_is_fresh_then_stale_then_unavailable() {
        let patient = Liveness::new(Duration::MAX, Duration::MAX);
        patient.mark_lost();
        assert_eq!(patient.staleness(), Ok(None));
        let strict = Liveness::new(Duration::ZERO, Duration::ZERO);
        let past = Instant::now();
        while past.elapsed() < Duration::from_millis(2) {}
        strict.mark_lost();
        assert_eq!(strict.staleness(), Err(CacheError::Unavailable));
    }
}
