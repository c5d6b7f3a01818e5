//! Connections of clients, and responses to them.

use std::{num::NonZeroUsize, time::Duration};

use clap::Args;

use super::duration::parse_duration;

/// Connections of clients.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Connections")]
pub struct ServerConfig {
    /// Maximum number of client connections. Further clients wait until one is closed.
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

    /// Longest time that a client may take to send the head of a request. Also the longest idle time of a connection.
    #[arg(long, env = "ATELIEREX_HEADER_READ_TIMEOUT", value_name = "DURATION", default_value = "10s", value_parser = parse_duration)]
    pub header_read_timeout: Duration,

    /// Time after which a connection is closed if its client acknowledges none of the bytes sent to it.
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

    /// Time during which connections are still accepted after readiness turned false, so that load balancers notice
    /// first.
    #[arg(long, env = "ATELIEREX_DRAIN_DELAY", value_name = "DURATION", default_value = "0s", value_parser = parse_duration)]
    pub drain_delay: Duration,

    /// Longest time for requests in progress to finish when the server stops.
    #[arg(long, env = "ATELIEREX_DRAIN_TIMEOUT", value_name = "DURATION", default_value = "10s", value_parser = parse_duration)]
    pub drain_timeout: Duration,
}

/// Responses and their limits.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Answers")]
pub struct HttpConfig {
    /// Maximum number of products on a page. A larger `count` is reduced to it.
    #[arg(
        long,
        env = "ATELIEREX_MAX_PAGE_COUNT",
        value_name = "NUMBER",
        default_value = "1000"
    )]
    pub max_page_count: NonZeroUsize,

    /// Memory for composed responses in flight, in bytes. Further ones are answered 503.
    #[arg(
        long,
        env = "ATELIEREX_RESPONSE_BUFFER_BYTES",
        value_name = "BYTES",
        default_value_t = 128 << 20
    )]
    pub response_buffer_bytes: usize,

    /// Origins whose pages may read responses, separated by commas; * for all.
    #[arg(
        long,
        env = "ATELIEREX_CORS_ORIGINS",
        value_name = "ORIGINS",
        default_value = "*",
        value_delimiter = ','
    )]
    pub cors_origins: Vec<String>,

    /// Do not serve the catalog page at `/`.
    #[arg(long, env = "ATELIEREX_NO_CATALOG_PAGE")]
    pub no_catalog_page: bool,

    /// Time for which a browser may keep a response (max-age), in whole seconds.
    #[arg(long, env = "ATELIEREX_CACHE_MAX_AGE", value_name = "DURATION", default_value = "1s", value_parser = parse_duration)]
    pub cache_max_age: Duration,

    /// Time for which a shared cache may keep a response (s-maxage), in whole seconds.
    #[arg(long, env = "ATELIEREX_CACHE_S_MAXAGE", value_name = "DURATION", default_value = "1s", value_parser = parse_duration)]
    pub cache_s_maxage: Duration,

    /// Further time during which a shared cache may use a response while it revalidates it, in whole seconds.
    #[arg(long, env = "ATELIEREX_CACHE_STALE_WHILE_REVALIDATE", value_name = "DURATION", default_value = "1s", value_parser = parse_duration)]
    pub cache_stale_while_revalidate: Duration,

    /// Further time during which a shared cache may use a response instead of an error, in whole seconds.
    #[arg(long, env = "ATELIEREX_CACHE_STALE_IF_ERROR", value_name = "DURATION", default_value = "5m", value_parser = parse_duration)]
    pub cache_stale_if_error: Duration,
}
