//! Every setting: its flag, environment variable, unit, default and help, each in one place.
//!
//! `--help` is the reference. Nothing else in the program reads the environment.

use std::{
    env, fs, num::NonZeroUsize, os::unix::fs::MetadataExt as _, path::PathBuf,
    thread::available_parallelism, time::Duration,
};

use clap::{
    Arg, Args, Command, ValueEnum,
    builder::{OsStr, Resettable},
};

mod database_url;
mod roles;
mod serve;
mod telemetry;

pub use database_url::{DatabaseUrl, DatabaseUrlError};
pub use roles::{CatalogConfig, DatabaseServerConfig, MigrateConfig, RoleConfig};
pub use serve::{
    CacheConfig, HttpConfig, PoolConfig, RefreshConfig, SearchConfig, ServeConfig, ServerConfig,
};
pub use telemetry::{LoggedRequests, OtlpEndpoint, Ratio, TelemetryConfig};

/// Address of the database.
#[derive(Args, Clone)]
pub struct DatabaseConfig {
    /// PostgreSQL to use: `postgres://user:password@host:port/name`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: DatabaseUrl,
}

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

/// Size and seed.
#[derive(Args, Clone, Debug)]
pub struct GenerateConfig {
    /// Number of products. Default: 50000. The real catalog has 1000011.
    #[arg(long, env = "ATELIEREX_PRODUCTS", value_name = "NUMBER", value_parser = parse_products)]
    pub products: Option<u64>,

    /// Number that decides everything random: the same seed gives the same bytes. Default: 1.
    #[arg(long, env = "ATELIEREX_SEED", value_name = "NUMBER")]
    pub seed: Option<u64>,
}

impl GenerateConfig {
    /// Frontends that exist start at ids up to 48432.
    const DEFAULT_PRODUCTS: u64 = 50_000;
    const DEFAULT_SEED: u64 = 1;

    /// Number of products.
    #[must_use]
    pub fn products(&self) -> u64 {
        self.products.unwrap_or(Self::DEFAULT_PRODUCTS)
    }

    /// Number that decides everything random.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed.unwrap_or(Self::DEFAULT_SEED)
    }
}

fn parse_products(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("at least 1 is needed".into()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

/// An embedded PostgreSQL: that of `atelierex database`, and of `atelierex up` when no other database is named.
#[derive(Args, Clone, Debug)]
pub struct EmbeddedDatabaseConfig {
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

/// Treats variables that are empty as not set: service units and compose files pass on what nobody has set.
#[must_use]
pub fn ignore_empty_variables(command: Command) -> Command {
    let is_empty = |argument: &Arg| {
        let value = argument.get_env().and_then(env::var_os);
        value.is_some_and(|value| value.to_string_lossy().trim().is_empty())
    };
    command
        .mut_args(|argument| {
            if is_empty(&argument) {
                argument.env(Resettable::<OsStr>::Reset)
            } else {
                argument
            }
        })
        .mut_subcommands(ignore_empty_variables)
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

/// Default data folder: of the machine if we are root, else of the user.
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

/// Settings of `atelierex up`.
#[derive(Args, Clone)]
pub struct UpConfig {
    /// PostgreSQL to use: `postgres://user:password@host:port/name`. Default: an embedded one in the data folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<DatabaseUrl>,

    /// Catalog to fill the database with.
    #[command(flatten)]
    pub catalog: CatalogConfig,

    /// The embedded database.
    #[command(flatten)]
    pub embedded: EmbeddedDatabaseConfig,

    /// Settings of the server.
    #[command(flatten)]
    pub serve: ServeConfig,
}

/// Settings of the log.
#[derive(Args, Clone, Debug)]
pub struct LogConfig {
    /// Lowest level to log, or levels by module, for example `warn,atelierex::cache=debug`.
    #[arg(
        long,
        env = "ATELIEREX_LOG",
        value_name = "FILTER",
        default_value = "info",
        global = true
    )]
    pub log: String,

    /// Format of log lines. Default: text on a terminal, otherwise one JSON object for each line.
    #[arg(
        long,
        env = "ATELIEREX_LOG_FORMAT",
        value_name = "FORMAT",
        global = true
    )]
    pub log_format: Option<LogFormat>,
}

/// Format of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Reads a duration: a whole number and one of `ms`, `s`, `m`, `h`.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
    let milliseconds_per_unit = match &text[digits.len()..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err("a whole number with ms, s, m or h is needed, for example 250ms".into()),
    };
    let number: u64 = digits.parse().map_err(|error| format!("{error}"))?;
    number
        .checked_mul(milliseconds_per_unit)
        .map(Duration::from_millis)
        .ok_or_else(|| "that is too long".into())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::CommandFactory as _;

    use super::{GenerateConfig, parse_duration};

    /// The help cannot name a constant.
    #[test]
    fn the_help_tells_what_is_generated_by_default() {
        #[derive(clap::Parser)]
        struct Flags {
            #[command(flatten)]
            generate: GenerateConfig,
        }
        let command = Flags::command();
        for (name, number) in [
            ("products", GenerateConfig::DEFAULT_PRODUCTS),
            ("seed", GenerateConfig::DEFAULT_SEED),
        ] {
            let flag = command.get_arguments().find(|flag| flag.get_id() == name);
            let help = flag.unwrap().get_help().unwrap().to_string();
            assert!(help.contains(&format!("Default: {number}")), "{help}");
        }
    }

    #[test]
    fn a_duration_is_a_whole_number_with_a_unit() {
        for (text, milliseconds) in [("0s", 0), ("250ms", 250), ("2s", 2_000), ("5m", 300_000)] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        for text in [
            "",
            "5",
            "s",
            "-1s",
            "1.5s",
            "1 s",
            "1d",
            "99999999999999999h",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
