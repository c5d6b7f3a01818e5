//! The cache of documents, the feed of changes, and consistent reads.

use std::{num::NonZeroUsize, time::Duration};

use clap::Args;

use super::duration::parse_duration;

/// Documents in memory.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Cache")]
pub struct CacheConfig {
    /// Memory for documents with their encodings, in bytes. 0 disables the cache.
    #[arg(
        long,
        env = "ATELIEREX_CACHE_CAPACITY_BYTES",
        value_name = "BYTES",
        default_value_t = 512 << 20
    )]
    pub cache_capacity_bytes: u64,

    /// Memory for compressed pages of /products, in bytes. 0 compresses them for each request.
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

    /// Interval at which the feed of changes is polled while nothing changes. It is shorter while changes arrive.
    #[arg(long, env = "ATELIEREX_FEED_INTERVAL", value_name = "DURATION", default_value = "20ms", value_parser = parse_duration)]
    pub feed_interval: Duration,

    /// Do not subscribe to notifications of the database (LISTEN), only poll. For poolers that do not support LISTEN.
    #[arg(long, env = "ATELIEREX_NO_FEED_LISTEN")]
    pub no_feed_listen: bool,

    /// Longest time that a request with `Cache-Control: no-cache` waits for changes committed before it.
    #[arg(long, env = "ATELIEREX_CONSISTENT_READ_TIMEOUT", value_name = "DURATION", default_value = "800ms", value_parser = parse_duration)]
    pub consistent_read_timeout: Duration,

    /// Maximum number of waiting requests with `Cache-Control: no-cache`. Further ones are answered 503.
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
