//! Settings of `atelierex up`.

use clap::Args;

use super::{
    database::EmbeddedDatabaseConfig, database_url::DatabaseUrl, roles::CatalogConfig,
    serve::ServeConfig,
};

/// Everything that `atelierex up` starts.
#[derive(Args, Clone)]
pub struct UpConfig {
    /// PostgreSQL to use: `postgres://user:password@host:port/name`. Default: an embedded one in the data folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<DatabaseUrl>,

    /// Content of the database.
    #[command(flatten)]
    pub catalog: CatalogConfig,

    /// The embedded database.
    #[command(flatten)]
    pub embedded: EmbeddedDatabaseConfig,

    /// The server.
    #[command(flatten)]
    pub serve: ServeConfig,
}
