//! Connections of clients, and responses to them.

use std::{num::NonZeroUsize, time::Duration};

use clap::Args;

use super::duration::parse_duration;

/// Connections of clients.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Connections")]
pub struct ServerConfig {
    /// Connections of clients at the same time; more wait until one is closed.
    #[arg(
        long,
        env = "ATELIEREX_MAX_CONNECTIONS",
        value_name = "NUMBER",
        default_value = "10000"
    )]
    pub max_connections: NonZeroUsize,

    /// The same for the admin listener.
    #[arg(
        long,
        env = "ATELIEREX_ADMIN_MAX_CONNECTIONS",
        value_name = "NUMBER",
        default_value = "64"
    )]
    pub admin_max_connections: NonZeroUsize,

    /// Time that a client may take to send the head of a request, and that an idle connection is kept.
    #[arg(long, env = "ATELIEREX_HEADER_READ_TIMEOUT", value_name = "DURATION", default_value = "10s", value_parser = parse_duration)]
    pub header_read_timeout: Duration,

    /// Time after which a connection is closed whose client takes none of the bytes sent to it.
    #[arg(long, env = "ATELIEREX_WRITE_TIMEOUT", value_name = "DURATION", default_value = "30s", value_parser = parse_duration)]
    pub write_timeout: Duration,

    /// Largest head of a request, in bytes, at least 8192.
    #[arg(
        long,
        env = "ATELIEREX_MAX_HEADER_BYTES",
        value_name = "BYTES",
        default_value_t = 16 << 10
    )]
    pub max_header_bytes: usize,

    /// Time to go on accepting connections after readiness turned false, so that a load balancer notices first.
    #[arg(long, env = "ATELIEREX_DRAIN_DELAY", value_name = "DURATION", default_value = "0s", value_parser = parse_duration)]
    pub drain_delay: Duration,

    /// Time that requests in progress may take to end when the server is asked to stop.
    #[arg(long, env = "ATELIEREX_DRAIN_TIMEOUT", value_name = "DURATION", default_value = "10s", value_parser = parse_duration)]
    pub drain_timeout: Duration,
}

/// Responses and their limits.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Answers")]
pub struct HttpConfig {
    /// Most products on a page: a larger `count` is served as this.
    #[arg(
        long,
        env = "ATELIEREX_MAX_PAGE_COUNT",
        value_name = "NUMBER",
        default_value = "1000"
    )]
    pub max_page_count: NonZeroUsize,

    /// Memory for composed responses on their way to clients, in bytes; what exceeds it is answered 503.
    #[arg(
        long,
        env = "ATELIEREX_RESPONSE_BUFFER_BYTES",
        value_name = "BYTES",
        default_value_t = 128 << 20
    )]
    pub response_buffer_bytes: usize,

    /// Origins whose pages may read the answers, separated by commas; * for all.
    #[arg(
        long,
        env = "ATELIEREX_CORS_ORIGINS",
        value_name = "ORIGINS",
        default_value = "*",
        value_delimiter = ','
    )]
    pub cors_origins: Vec<String>,

    /// Do not show the catalog to browsers at `/`.
    #[arg(long, env = "ATELIEREX_NO_CATALOG_PAGE")]
    pub no_catalog_page: bool,

    /// Time that a browser may keep a response (max-age), in whole seconds.
    #[arg(long, env = "ATELIEREX_CACHE_MAX_AGE", value_name = "DURATION", default_value = "1s", value_parser = parse_duration)]
    pub cache_max_age: Duration,

    /// Time that a shared cache may keep a response (s-maxage), in whole seconds.
    #[arg(long, env = "ATELIEREX_CACHE_S_MAXAGE", value_name = "DURATION", default_value = "1s", value_parser = parse_duration)]
    pub cache_s_maxage: Duration,

    /// Time after that during which a shared cache may still use it while it revalidates it, in whole seconds.
    #[arg(long, env = "ATELIEREX_CACHE_STALE_WHILE_REVALIDATE", value_name = "DURATION", default_value = "1s", value_parser = parse_duration)]
    pub cache_stale_while_revalidate: Duration,

    /// Time after that during which a shared cache may use it instead of an error, in whole seconds.
    #[arg(long, env = "ATELIEREX_CACHE_STALE_IF_ERROR", value_name = "DURATION", default_value = "5m", value_parser = parse_duration)]
    pub cache_stale_if_error: Duration,
}
