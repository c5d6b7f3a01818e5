//! Settings of `atelierex load`.

use std::{num::NonZeroUsize, path::PathBuf, thread::available_parallelism, time::Duration};

use clap::Args;

use super::duration::parse_duration;

/// Time for which a load waits for locks, unless it is told otherwise.
pub const DEFAULT_LOCK_TIMEOUT: Duration = Duration::from_secs(600);

/// Settings of `atelierex load`.
#[derive(Args, Clone, Debug)]
pub struct LoadConfig {
    /// Fail if any row has to be rejected, and change nothing then.
    #[arg(long, env = "ATELIEREX_STRICT")]
    pub strict: bool,

    /// Publish an export that looks like a mistake: one that empties the catalog, removes more than a tenth of its
    /// products, or has more than a tenth of a file's rows rejected.
    #[arg(long)]
    pub force: bool,

    /// Change nothing: print what a load would change, and what it finds in the export.
    #[arg(long)]
    pub dry_run: bool,

    /// File in which to list every finding: CSV with file, line, id, rule, action (repaired, rejected, kept), detail.
    /// Default: they are only counted.
    #[arg(long, env = "ATELIEREX_REPORT", value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// Longest time for which the load waits for rows and tables that other sessions have locked; then it fails.
    #[arg(long, env = "ATELIEREX_LOCK_TIMEOUT", value_name = "DURATION", default_value = "10m", value_parser = parse_duration)]
    pub lock_timeout: Duration,

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
