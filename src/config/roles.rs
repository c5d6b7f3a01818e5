//! Settings of the database's accounts, and of the commands that make and use them.

use std::path::PathBuf;

use clap::Args;

use super::{
    database::{DatabaseConfig, EmbeddedDatabaseConfig},
    generate::GenerateConfig,
};

/// Names of the accounts that do one thing each. The owner of the tables, who migrates and loads, is none of them.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Roles")]
pub struct RoleConfig {
    /// Account of servers that answer requests: reads documents and nothing else.
    #[arg(
        long,
        env = "ATELIEREX_SERVE_ROLE",
        value_name = "NAME",
        default_value = "atelierex_serve"
    )]
    pub serve_role: String,

    /// Account that composes documents and audits them: reads the source tables, writes documents.
    #[arg(
        long,
        env = "ATELIEREX_REFRESH_ROLE",
        value_name = "NAME",
        default_value = "atelierex_refresh"
    )]
    pub refresh_role: String,

    /// Account of the shop, which changes rows of the source tables.
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

    /// Also give the accounts below, which must exist, exactly the rights that they need. Can be repeated.
    #[arg(long)]
    pub grant: bool,

    /// The accounts.
    #[command(flatten)]
    pub roles: RoleConfig,
}

/// Catalog for a database that has none.
#[derive(Args, Clone, Debug)]
pub struct CatalogConfig {
    /// Export to load if there is no catalog yet. Default: one is generated.
    #[arg(long, env = "ATELIEREX_CATALOG", value_name = "DIR", conflicts_with_all = ["products", "seed"])]
    pub catalog: Option<PathBuf>,

    /// Catalog to generate if there is none yet.
    #[command(flatten)]
    pub generate: GenerateConfig,
}

/// An embedded PostgreSQL by itself, for servers that are other processes.
#[derive(Args, Clone, Debug)]
pub struct DatabaseServerConfig {
    /// Port of 127.0.0.1 on which it accepts connections; 0 takes a free one.
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
