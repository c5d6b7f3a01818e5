//! Back-off after failures of the database.

use std::time::Duration;

/// The longest pause. It is short, so that a database that is back is noticed soon.
const LONGEST: Duration = Duration::from_millis(100);

/// Returns the pause after `last`: twice as long, at least `shortest`, at most the longest pause.
#[must_use]
pub fn next_pause(last: Duration, shortest: Duration) -> Duration {
    (last * 2).max(shortest).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{LONGEST, next_pause};

    #[test]
    fn pauses_double_up_to_the_longest() {
        let [short, long] = [20, 5_000].map(Duration::from_millis);
        assert_eq!(next_pause(Duration::ZERO, short), short);
        assert_eq!(next_pause(short, short), short * 2);
        assert_eq!(next_pause(short * 4, short), LONGEST);
        assert_eq!(next_pause(Duration::ZERO, long), LONGEST);
    }
}
