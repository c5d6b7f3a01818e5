//! Freshness: composing, auditing, the canary.

use std::time::Duration;

use clap::Args;

use super::{database_url::DatabaseUrl, duration::parse_duration};
use crate::ids::ProductId;

/// Keeping documents up to date with their source rows.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Freshness")]
pub struct RefreshConfig {
    /// PostgreSQL as the account that composes documents: `postgres://user:password@host:port/name`. Default: the
    /// database that documents are read from.
    #[arg(
        long,
        env = "ATELIEREX_REFRESH_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub refresh_database_url: Option<DatabaseUrl>,

    /// PostgreSQL as an account that may change products, for the canary: `postgres://user:password@host:port/name`.
    /// Default: the account that composes documents.
    #[arg(
        long,
        env = "ATELIEREX_WRITE_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub write_database_url: Option<DatabaseUrl>,

    /// Products per second that the auditor compares with their recomputation; 0 for none.
    #[arg(
        long,
        env = "ATELIEREX_AUDIT_RATE",
        value_name = "NUMBER",
        default_value_t = 4
    )]
    pub audit_rate: u32,

    /// Product that the canary changes every second and reads back over HTTP. Its slogan is overwritten. Default: none.
    #[arg(long, env = "ATELIEREX_CANARY_PRODUCT", value_name = "ID")]
    pub canary_product: Option<ProductId>,

    /// Never become the refresher; other servers compose documents.
    #[arg(long, env = "ATELIEREX_NO_REFRESH")]
    pub no_refresh: bool,

    /// Interval at which the change queue is polled while it is empty.
    #[arg(long, env = "ATELIEREX_REFRESH_INTERVAL", value_name = "DURATION", default_value = "5ms", value_parser = parse_duration)]
    pub refresh_interval: Duration,

    /// Time without a sign of life of the refresher after which another server takes over.
    #[arg(long, env = "ATELIEREX_REFRESH_LEASE", value_name = "DURATION", default_value = "400ms", value_parser = parse_duration)]
    pub refresh_lease: Duration,
}

impl RefreshConfig {
    /// Returns the database as the account that composes documents; by default that of `database_url`.
    #[must_use]
    pub fn url<'a>(&'a self, database_url: &'a str) -> &'a str {
        self.refresh_database_url.as_deref().unwrap_or(database_url)
    }

    /// Returns the database as an account that may change products.
    #[must_use]
    pub fn write_url<'a>(&'a self, database_url: &'a str) -> &'a str {
        let own = self.write_database_url.as_deref();
        own.unwrap_or_else(|| self.url(database_url))
    }
}
