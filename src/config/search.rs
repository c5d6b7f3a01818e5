//! Searches.

use std::{num::NonZeroUsize, time::Duration};

use clap::Args;

use super::duration::parse_duration;

/// Finding products by words.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Search")]
pub struct SearchConfig {
    /// Connections for searches, besides those that fetch documents. Each runs one search at a time.
    #[arg(
        long,
        env = "ATELIEREX_SEARCH_CONNECTIONS",
        value_name = "NUMBER",
        default_value = "2"
    )]
    pub search_connections: NonZeroUsize,

    /// Maximum number of searches waiting for a connection. Further ones are answered 503.
    #[arg(
        long,
        env = "ATELIEREX_SEARCH_QUEUE",
        value_name = "NUMBER",
        default_value = "32"
    )]
    pub search_queue: usize,

    /// Longest time of a search, including its wait. A slower one is answered 503.
    #[arg(long, env = "ATELIEREX_SEARCH_TIMEOUT", value_name = "DURATION", default_value = "500ms", value_parser = parse_duration)]
    pub search_timeout: Duration,
}
