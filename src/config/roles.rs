//! Settings of the database's accounts, and of the commands that create and use them.

use std::path::PathBuf;

use clap::Args;

use super::{
    database::{DatabaseConfig, EmbeddedDatabaseConfig},
    generate::GenerateConfig,
};

/// Names of the accounts with one task each. The owner of the tables, who migrates and loads, is none of them.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Roles")]
pub struct RoleConfig {
    /// Account of servers that answer requests: reads documents only.
    #[arg(
        long,
        env = "ATELIEREX_SERVE_ROLE",
        value_name = "NAME",
        default_value = "atelierex_serve"
    )]
    pub serve_role: String,

    /// Account that composes and audits documents: reads the source tables, writes documents.
    #[arg(
        long,
        env = "ATELIEREX_REFRESH_ROLE",
        value_name = "NAME",
        default_value = "atelierex_refresh"
    )]
    pub refresh_role: String,

    /// Account of the shop, which changes source rows.
    #[arg(
        long,
        env = "ATELIEREX_WRITE_ROLE",
        value_name = "NAME",
        default_value = "atelierex_write"
    )]
    pub write_role: String,
}

/// Settings of `atelierex migrate`.
#[derive(Args, Clone)]
pub struct MigrateConfig {
    /// The database, as the owner of the tables.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// Also grant the accounts below, which must exist, exactly the privileges that they need. Can be repeated.
    #[arg(long)]
    pub grant: bool,

    /// The accounts.
    #[command(flatten)]
    pub roles: RoleConfig,
}

/// Catalog for a database without one.
#[derive(Args, Clone, Debug)]
pub struct CatalogConfig {
    /// Export to load if there is no catalog yet. Default: a generated one.
    #[arg(long, env = "ATELIEREX_CATALOG", value_name = "DIR")]
    pub catalog: Option<PathBuf>,

    /// Load that export even if more than a tenth of a file's rows are rejected.
    #[arg(long)]
    pub force: bool,

    /// Catalog to generate if there is none yet.
    #[command(flatten)]
    pub generate: GenerateConfig,
}

/// Embedded PostgreSQL alone, for servers in other processes.
#[derive(Args, Clone, Debug)]
pub struct DatabaseServerConfig {
    /// Port on 127.0.0.1 to accept connections on; 0 picks a free one.
    #[arg(
        long,
        env = "ATELIEREX_DATABASE_PORT",
        value_name = "PORT",
        default_value_t = 5433
    )]
    pub port: u16,

    /// The embedded database.
    #[command(flatten)]
    pub embedded: EmbeddedDatabaseConfig,

    /// Catalog to fill it with.
    #[command(flatten)]
    pub catalog: CatalogConfig,
}
