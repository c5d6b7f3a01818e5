//! Every setting: its flag, environment variable, unit, default and help, each in one place.
//!
//! `--help` is the reference. Nothing else in the program reads the environment.

use std::{env, fs, num::NonZeroUsize, os::unix::fs::MetadataExt as _, path::PathBuf, thread::available_parallelism};

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

/// The private PostgreSQL of `atelierex up`, which runs when no other database is named.
#[derive(Args, Clone, Debug)]
pub struct PrivateDatabaseConfig {
    /// Folder in which a PostgreSQL of our own keeps its data; created if missing.
    #[arg(
        long,
        env = "ATELIEREX_DATA_DIR",
        value_name = "DIR",
        default_value_os_t = default_data_dir()
    )]
    pub data_dir: PathBuf,
    /// Folder with PostgreSQL's programs (initdb, postgres); without it they are looked for on PATH
    /// and where packages put them.
    #[arg(long, env = "ATELIEREX_POSTGRES_BIN", value_name = "DIR")]
    pub postgres_bin: Option<PathBuf>,
}

/// Folders in which the shell looks for programs.
#[must_use]
pub fn executable_folders() -> Vec<PathBuf> {
    env::var_os("PATH").map_or_else(Vec::new, |path| {
        env::split_paths(&path)
            .filter(|folder| folder.is_absolute())
            .collect()
    })
}

/// Where data are kept if nobody says: for the machine if we are root, else for the user.
fn default_data_dir() -> PathBuf {
    // The server runs as another account then, which may not enter root's home.
    if fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
        return PathBuf::from("/var/lib/atelierex");
    }
    let data = env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .or_else(|| Some(env::home_dir()?.join(".local/share")));
    data.map_or_else(
        || PathBuf::from("atelierex-data"),
        |data| data.join("atelierex"),
    )
}
