//! Every setting: its flag, environment variable, unit, default and help, each in one place.
//!
//! `--help` is the reference. Nothing else in the program reads the environment.

use clap::Args;

/// Where the database is.
#[derive(Args, Clone)]
pub struct DatabaseConfig {
    /// PostgreSQL to use, as a URL: postgres://user:password@host:port/name.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: String,
}
