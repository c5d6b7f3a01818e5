//! Durations of faults.

use std::{env, time::Duration};

/// Set by who wants faults of full length, which `scripts/faults` does.
const FULL_LENGTH: &str = "ATELIEREX_FAULTS_FULL_LENGTH";

/// `full`; a third of it where all tests are run, which is long enough for every time-out on the way to pass.
pub fn lasting(full: Duration) -> Duration {
    if env::var_os(FULL_LENGTH).is_some() {
        full
    } else {
        full / 3
    }
}

/// A length in words.
pub fn words(length: Duration) -> String {
    format!("{:.0} s", length.as_secs_f64())
}
