//! Every setting: its flag, environment variable, unit, default and help, each in one place.
//!
//! `--help` is the reference. Nothing else in the program reads the environment.

use std::{num::NonZeroUsize, path::PathBuf, thread::available_parallelism};

use clap::Args;

/// Where the database is.
#[derive(Args, Clone)]
pub struct DatabaseConfig {
    /// PostgreSQL to use: `postgres://user:password@host:port/name`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: String,
}

/// How to load an export.
#[derive(Args, Clone, Debug)]
pub struct LoadConfig {
    /// Fail if any row has to be rejected, and change nothing then.
    #[arg(long, env = "ATELIEREX_STRICT")]
    pub strict: bool,

    /// Where to report every repaired and rejected row: CSV with file, line, id, rule, action, detail.
    #[arg(
        long,
        env = "ATELIEREX_REPORT",
        value_name = "FILE",
        default_value = "load-report.csv"
    )]
    pub report: PathBuf,

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

/// What to generate.
#[derive(Args, Clone, Debug)]
pub struct GenerateConfig {
    /// Number of products. The real catalogue has 1000011.
    #[arg(
        long,
        env = "ATELIEREX_PRODUCTS",
        value_name = "NUMBER",
        default_value_t = 10_000
    )]
    pub products: u64,

    /// Number that decides everything random: the same seed gives the same bytes.
    #[arg(
        long,
        env = "ATELIEREX_SEED",
        value_name = "NUMBER",
        default_value_t = 1
    )]
    pub seed: u64,
}
