//! Settings of `atelierex load`.

use std::{num::NonZeroUsize, path::PathBuf, thread::available_parallelism};

use clap::Args;

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
