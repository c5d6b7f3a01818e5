//! Throttle for log lines about failures that repeat many times per second.

use std::time::{Duration, Instant};

/// Shortest time between two lines about the same failure.
const INTERVAL: Duration = Duration::from_secs(30);

/// Decides which failures are logged: each at once when it is new, then at intervals.
#[derive(Clone, Debug, Default)]
pub struct ThrottledLog {
    last: Option<(String, Instant)>,
}

impl ThrottledLog {
    /// Returns whether to log a failure with this reason, and remembers that it was logged.
    pub fn admits(&mut self, reason: &str) -> bool {
        let is_known = self
            .last
            .as_ref()
            .is_some_and(|(known, at)| known == reason && at.elapsed() < INTERVAL);
        if !is_known {
            self.last = Some((reason.to_owned(), Instant::now()));
        }
        !is_known
    }

    /// Resets the throttle after a success: the next failure counts as new.
    pub fn reset(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::ThrottledLog;

    #[test]
    fn a_failure_is_logged_when_it_is_new_and_after_a_success() {
        let mut log = ThrottledLog::default();
        assert!(log.admits("refused"));
        assert!(!log.admits("refused"));
        assert!(log.admits("unknown host"));
        log.reset();
        assert!(log.admits("unknown host"));
    }
}
