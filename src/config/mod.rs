//! Every setting: its flag, environment variable, unit, default and help, each in one place.
//!
//! `--help` is the reference. Nothing else in the program reads the environment.

mod database;
mod database_url;
mod duration;
mod environment;
mod generate;
mod load;
mod log;
mod roles;
mod serve;
mod telemetry;
mod up;

pub use database::{DatabaseConfig, EmbeddedDatabaseConfig};
pub use database_url::{DatabaseUrl, DatabaseUrlError};
pub use environment::{executable_folders, ignore_empty_variables};
pub use generate::GenerateConfig;
pub use load::LoadConfig;
pub use log::{LogConfig, LogFormat};
pub use roles::{CatalogConfig, DatabaseServerConfig, MigrateConfig, RoleConfig};
pub use serve::{
    CacheConfig, HttpConfig, PoolConfig, RefreshConfig, SearchConfig, ServeConfig, ServerConfig,
};
pub use telemetry::{LoggedRequests, OtlpEndpoint, Ratio, TelemetryConfig};
pub use up::UpConfig;
