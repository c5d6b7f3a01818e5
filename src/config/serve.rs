//! Settings of `atelierex serve`, composed of those of its parts.

use std::net::SocketAddr;

use clap::Args;

use super::{
    cache::CacheConfig,
    database::PoolConfig,
    http::{HttpConfig, ServerConfig},
    refresh::RefreshConfig,
    search::SearchConfig,
    telemetry::TelemetryConfig,
};

/// Settings of the server.
#[derive(Args, Clone, Debug)]
pub struct ServeConfig {
    /// Address and port for clients; port 0 picks a free one.
    #[arg(
        long,
        env = "ATELIEREX_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:3000"
    )]
    pub listen: SocketAddr,

    /// Address and port for metrics and health. It must not be reachable from outside.
    #[arg(
        long,
        env = "ATELIEREX_ADMIN_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:3090"
    )]
    pub admin_listen: SocketAddr,

    /// Connections.
    #[command(flatten)]
    pub server: ServerConfig,
    /// Responses.
    #[command(flatten)]
    pub http: HttpConfig,
    /// Documents in memory.
    #[command(flatten)]
    pub cache: CacheConfig,
    /// Reading from the database.
    #[command(flatten)]
    pub pool: PoolConfig,
    /// Finding products by words.
    #[command(flatten)]
    pub search: SearchConfig,
    /// Keeping documents up to date with their source rows.
    #[command(flatten)]
    pub refresh: RefreshConfig,
    /// Logs and traces of requests.
    #[command(flatten)]
    pub telemetry: TelemetryConfig,
}
