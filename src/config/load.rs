//! Settings of `atelierex load`.

use std::{num::NonZeroUsize, path::PathBuf, thread::available_parallelism};

use clap::Args;

/// Settings of `atelierex load`.
#[derive(Args, Clone, Debug)]
pub struct LoadConfig {
    /// Fail if any row has to be rejected, and change nothing then.
    #[arg(long, env = "ATELIEREX_STRICT")]
    pub strict: bool,

    /// File in which to list every repaired and rejected row: CSV with file, line, id, rule, action, detail.
    /// Default: they are only counted.
    #[arg(long, env = "ATELIEREX_REPORT", value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// Database sessions that compose documents at the same time. Default: one for each core of this machine.
    #[arg(long, env = "ATELIEREX_JOBS", value_name = "NUMBER")]
    pub jobs: Option<NonZeroUsize>,
}

impl LoadConfig {
    /// Number of sessions that work at the same time.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.jobs
            .or_else(|| available_parallelism().ok())
            .map_or(2, NonZeroUsize::get)
    }
}
