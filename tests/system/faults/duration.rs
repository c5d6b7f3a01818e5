//! Durations of faults.

use std::{env, time::Duration};

/// Variable for faults of full length, which `scripts/faults` sets.
const FULL_LENGTH: &str = "ATELIEREX_FAULTS_FULL_LENGTH";

/// Returns `full` with that variable, otherwise a third of it, which is still longer than every time-out.
pub fn lasting(full: Duration) -> Duration {
    if env::var_os(FULL_LENGTH).is_some() {
        full
    } else {
        full / 3
    }
}

/// Formats a duration for people.
pub fn words(length: Duration) -> String {
    format!("{:.0} s", length.as_secs_f64())
}
