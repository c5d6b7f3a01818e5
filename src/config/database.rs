//! Settings of the database, named or embedded.

use std::{env, fs, os::unix::fs::MetadataExt as _, path::PathBuf};

use clap::Args;

use super::database_url::DatabaseUrl;

/// Address of the database.
#[derive(Args, Clone)]
pub struct DatabaseConfig {
    /// PostgreSQL to use: `postgres://user:password@host:port/name`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: DatabaseUrl,
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

/// Default folder of the data: of the machine for root, otherwise of the user.
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
