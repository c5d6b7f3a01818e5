//! Size of the measurement.

use std::time::Duration;

use crate::support::{FULL_SIZE, arguments};

/// Parts that can be measured separately, in the order of the table.
pub const PARTS: [&str; 10] = [
    "check_generator",
    "hits",
    "misses",
    "express",
    "open_loop",
    "saturation",
    "slow_clients",
    "memory",
    "encodings",
    "search",
];

/// Products with `--quick`.
const QUICK_SIZE: u64 = 20_000;

/// Size of the measurement.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Size of the catalog.
    pub products: u64,
    /// Repetitions of comparisons.
    pub rounds: usize,
    /// Measure fewer of everything else, too.
    pub is_quick: bool,
    /// Names of the parts to measure; empty for all.
    only: Option<String>,
}

impl Plan {
    /// Parses the command line.
    ///
    /// # Panics
    ///
    /// If it names an unknown part.
    pub fn from_arguments() -> Self {
        let is_quick = arguments::is_given("--quick");
        let size = if is_quick { QUICK_SIZE } else { FULL_SIZE };
        let only = arguments::argument("--only");
        for name in only.iter().flat_map(|only| only.split(',')) {
            assert!(PARTS.contains(&name), "{name} is none of {PARTS:?}");
        }
        Self {
            products: arguments::number("--products", size),
            rounds: arguments::number("--rounds", if is_quick { 1 } else { 3 }).max(1),
            is_quick,
            only,
        }
    }

    /// Returns whether to measure the part of this name.
    pub fn includes(&self, name: &str) -> bool {
        let only = self.only.as_ref();
        only.is_none_or(|only| only.split(',').any(|part| part == name))
    }

    /// Returns the duration: `full` seconds, or `quick` ones with `--quick`.
    pub fn seconds(&self, full: u64, quick: u64) -> Duration {
        Duration::from_secs(if self.is_quick { quick } else { full })
    }
}
