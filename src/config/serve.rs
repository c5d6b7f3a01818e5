//! Settings of `atelierex serve`.

use std::{net::SocketAddr, num::NonZeroUsize, time::Duration};

use clap::Args;

use super::{DatabaseUrl, TelemetryConfig, parse_duration};
use crate::ids::ProductId;

/// Settings of the server.
#[derive(Args, Clone, Debug)]
pub struct ServeConfig {
    /// Address and port for clients; port 0 takes a free one.
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
    /// Answers.
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
    /// Keeping documents true to what they are composed from.
    #[command(flatten)]
    pub refresh: RefreshConfig,
    /// Logs and traces of requests.
    #[command(flatten)]
    pub telemetry: TelemetryConfig,
}

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

/// Documents in memory.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Cache")]
pub struct CacheConfig {
    /// Memory for documents with their encodings, in bytes; 0 for no cache.
    #[arg(
        long,
        env = "ATELIEREX_CACHE_CAPACITY_BYTES",
        value_name = "BYTES",
        default_value_t = 512 << 20
    )]
    pub cache_capacity_bytes: u64,

    /// Memory for compressed pages of /products, in bytes; 0 compresses them anew each time.
    #[arg(
        long,
        env = "ATELIEREX_PAGE_CACHE_CAPACITY_BYTES",
        value_name = "BYTES",
        default_value_t = 16 << 20
    )]
    pub page_cache_capacity_bytes: u64,

    /// Time for which the absence of a product is cached.
    #[arg(long, env = "ATELIEREX_NEGATIVE_TTL", value_name = "DURATION", default_value = "1s", value_parser = parse_duration)]
    pub negative_ttl: Duration,

    /// Interval at which the feed of changes is polled while nothing changes; shorter while something does.
    #[arg(long, env = "ATELIEREX_FEED_INTERVAL", value_name = "DURATION", default_value = "20ms", value_parser = parse_duration)]
    pub feed_interval: Duration,

    /// Do not have the database tell of changes (LISTEN), only ask. For poolers that cannot pass it on.
    #[arg(long, env = "ATELIEREX_NO_FEED_LISTEN")]
    pub no_feed_listen: bool,

    /// Time that a request with `Cache-Control: no-cache` may wait for changes committed before it.
    #[arg(long, env = "ATELIEREX_CONSISTENT_READ_TIMEOUT", value_name = "DURATION", default_value = "800ms", value_parser = parse_duration)]
    pub consistent_read_timeout: Duration,

    /// Requests with `Cache-Control: no-cache` that may wait; what exceeds it is answered 503.
    #[arg(
        long,
        env = "ATELIEREX_CONSISTENT_READ_QUEUE",
        value_name = "NUMBER",
        default_value = "256"
    )]
    pub consistent_read_queue: NonZeroUsize,

    /// Time without an answer from the database after which cached documents become stale.
    #[arg(long, env = "ATELIEREX_STALE_AFTER", value_name = "DURATION", default_value = "1s", value_parser = parse_duration)]
    pub stale_after: Duration,

    /// Age beyond which stale documents are no longer served while the database is unavailable.
    #[arg(long, env = "ATELIEREX_MAX_STALE", value_name = "DURATION", default_value = "1h", value_parser = parse_duration)]
    pub max_stale: Duration,
}

/// Finding products by words.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Search")]
pub struct SearchConfig {
    /// Connections for searches, besides those that fetch documents: as many searches run at the same time.
    #[arg(
        long,
        env = "ATELIEREX_SEARCH_CONNECTIONS",
        value_name = "NUMBER",
        default_value = "2"
    )]
    pub search_connections: NonZeroUsize,

    /// Searches that may wait for one of them; what exceeds it is answered 503.
    #[arg(
        long,
        env = "ATELIEREX_SEARCH_QUEUE",
        value_name = "NUMBER",
        default_value = "32"
    )]
    pub search_queue: usize,

    /// Time that a search may take, with its wait; then it is answered 503.
    #[arg(long, env = "ATELIEREX_SEARCH_TIMEOUT", value_name = "DURATION", default_value = "500ms", value_parser = parse_duration)]
    pub search_timeout: Duration,
}

/// Reading from the database.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Database")]
pub struct PoolConfig {
    /// Connections that fetch documents which are not cached. One more follows the changes. Few connections make larger
    /// batches, which cost less for each document; two, so that one slow statement does not hold up the rest.
    #[arg(
        long,
        env = "ATELIEREX_FETCH_CONNECTIONS",
        value_name = "NUMBER",
        default_value = "2"
    )]
    pub fetch_connections: NonZeroUsize,

    /// Maximum number of products fetched by one statement.
    #[arg(
        long,
        env = "ATELIEREX_FETCH_BATCH",
        value_name = "NUMBER",
        default_value = "512"
    )]
    pub fetch_batch: NonZeroUsize,

    /// Products that may wait to be fetched; what exceeds it is answered 503.
    #[arg(
        long,
        env = "ATELIEREX_FETCH_QUEUE",
        value_name = "NUMBER",
        default_value = "16384"
    )]
    pub fetch_queue: NonZeroUsize,

    /// Time that a request may wait for the database altogether.
    #[arg(long, env = "ATELIEREX_REQUEST_TIMEOUT", value_name = "DURATION", default_value = "800ms", value_parser = parse_duration)]
    pub request_timeout: Duration,

    /// Time that one statement may run (`statement_timeout` of the session).
    #[arg(long, env = "ATELIEREX_STATEMENT_TIMEOUT", value_name = "DURATION", default_value = "500ms", value_parser = parse_duration)]
    pub statement_timeout: Duration,

    /// Time that opening a connection may take.
    #[arg(long, env = "ATELIEREX_CONNECT_TIMEOUT", value_name = "DURATION", default_value = "500ms", value_parser = parse_duration)]
    pub connect_timeout: Duration,

    /// Time to wait for a pooled connection.
    #[arg(long, env = "ATELIEREX_CHECKOUT_TIMEOUT", value_name = "DURATION", default_value = "250ms", value_parser = parse_duration)]
    pub checkout_timeout: Duration,
}

/// Keeping documents true to what they are composed from.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Freshness")]
pub struct RefreshConfig {
    /// PostgreSQL as the account that composes documents: `postgres://user:password@host:port/name`.
    /// Default: the database that is read.
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

    /// A product to change every second and to read back through HTTP; its slogan is overwritten. Default: none.
    #[arg(long, env = "ATELIEREX_CANARY_PRODUCT", value_name = "ID")]
    pub canary_product: Option<ProductId>,

    /// Leave composing to other servers.
    #[arg(long, env = "ATELIEREX_NO_REFRESH")]
    pub no_refresh: bool,

    /// Interval at which the change queue is polled while it is empty.
    #[arg(long, env = "ATELIEREX_REFRESH_INTERVAL", value_name = "DURATION", default_value = "5ms", value_parser = parse_duration)]
    pub refresh_interval: Duration,

    /// After how long without a sign of life of the server that composes another one takes over.
    #[arg(long, env = "ATELIEREX_REFRESH_LEASE", value_name = "DURATION", default_value = "400ms", value_parser = parse_duration)]
    pub refresh_lease: Duration,
}

impl RefreshConfig {
    /// The database as the account that composes documents, if it is not `database_url`.
    #[must_use]
    pub fn url<'a>(&'a self, database_url: &'a str) -> &'a str {
        self.refresh_database_url.as_deref().unwrap_or(database_url)
    }

    /// The database as an account that may change products.
    #[must_use]
    pub fn write_url<'a>(&'a self, database_url: &'a str) -> &'a str {
        let own = self.write_database_url.as_deref();
        own.unwrap_or_else(|| self.url(database_url))
    }
}
