//! Settings of the database, external or embedded.

use std::{
    env, fs, num::NonZeroUsize, os::unix::fs::MetadataExt as _, path::PathBuf, time::Duration,
};

use clap::Args;

use super::{database_url::DatabaseUrl, duration::parse_duration};

/// Address of an external database.
#[derive(Args, Clone)]
pub struct DatabaseConfig {
    /// PostgreSQL to use: `postgres://user:password@host:port/name`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: DatabaseUrl,
}

/// An embedded PostgreSQL: of `atelierex database`, and of `atelierex up` unless an external database is set.
#[derive(Args, Clone, Debug)]
pub struct EmbeddedDatabaseConfig {
    /// Folder for the data of the embedded PostgreSQL. Created if missing.
    #[arg(
        long,
        env = "ATELIEREX_DATA_DIR",
        value_name = "DIR",
        default_value_os_t = default_data_dir()
    )]
    pub data_dir: PathBuf,
    /// Folder with PostgreSQL's programs (initdb, postgres). Default: searched on PATH and where packages install them.
    #[arg(long, env = "ATELIEREX_POSTGRES_BIN", value_name = "DIR")]
    pub postgres_bin: Option<PathBuf>,
}

/// Default data folder: system-wide for root, in the home folder for other users.
fn default_data_dir() -> PathBuf {
    // The server then runs as another account, which may not enter root's home folder.
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

/// Reading from the database.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Database")]
pub struct PoolConfig {
    /// Connections that fetch documents which are not cached. One more follows the changes. With few connections,
    /// batches are larger and cost less per document. Two, so that one slow statement does not block all fetches.
    #[arg(
        long,
        env = "ATELIEREX_FETCH_CONNECTIONS",
        value_name = "NUMBER",
        default_value = "2"
    )]
    pub fetch_connections: NonZeroUsize,

    /// Maximum number of products fetched by one statement.
    #[arg(
        long,
        env = "ATELIEREX_FETCH_BATCH",
        value_name = "NUMBER",
        default_value = "512"
    )]
    pub fetch_batch: NonZeroUsize,

    /// Maximum number of products waiting to be fetched. Further requests are answered 503.
    #[arg(
        long,
        env = "ATELIEREX_FETCH_QUEUE",
        value_name = "NUMBER",
        default_value = "16384"
    )]
    pub fetch_queue: NonZeroUsize,

    /// Longest time that a request waits for the database in total.
    #[arg(long, env = "ATELIEREX_REQUEST_TIMEOUT", value_name = "DURATION", default_value = "800ms", value_parser = parse_duration)]
    pub request_timeout: Duration,

    /// Longest time of one statement (`statement_timeout` of the session).
    #[arg(long, env = "ATELIEREX_STATEMENT_TIMEOUT", value_name = "DURATION", default_value = "500ms", value_parser = parse_duration)]
    pub statement_timeout: Duration,

    /// Longest time to open a connection.
    #[arg(long, env = "ATELIEREX_CONNECT_TIMEOUT", value_name = "DURATION", default_value = "500ms", value_parser = parse_duration)]
    pub connect_timeout: Duration,

    /// Longest time to wait for a pooled connection.
    #[arg(long, env = "ATELIEREX_CHECKOUT_TIMEOUT", value_name = "DURATION", default_value = "250ms", value_parser = parse_duration)]
    pub checkout_timeout: Duration,
}
