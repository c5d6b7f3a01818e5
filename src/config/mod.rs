//! All settings: flag, environment variable, unit, default and help of each, in one place.
//!
//! `--help` is the reference. Nothing else in the program reads the environment.

mod cache;
mod database;
mod database_url;
mod duration;
mod environment;
mod generate;
mod http;
mod load;
mod refresh;
mod roles;
mod search;
mod serve;
mod telemetry;
mod up;

pub use cache::CacheConfig;
pub use database::{DatabaseConfig, EmbeddedDatabaseConfig, PoolConfig};
pub use database_url::{DatabaseUrl, DatabaseUrlError};
pub use environment::{executable_folders, ignore_empty_variables};
pub use generate::GenerateConfig;
pub use http::{HttpConfig, ServerConfig};
pub use load::{DEFAULT_LOCK_TIMEOUT, LoadConfig};
pub use refresh::RefreshConfig;
pub use roles::{CatalogConfig, DatabaseServerConfig, MigrateConfig, RoleConfig};
pub use search::SearchConfig;
pub use serve::ServeConfig;
pub use telemetry::{LogConfig, LogFormat, LoggedRequests, OtlpEndpoint, Ratio, TelemetryConfig};
pub use up::UpConfig;
