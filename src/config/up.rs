//! Settings of `atelierex up`.

use clap::Args;

use super::{
    database::EmbeddedDatabaseConfig, database_url::DatabaseUrl, roles::CatalogConfig,
    serve::ServeConfig,
};

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
