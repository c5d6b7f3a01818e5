//! Searches.

use std::{num::NonZeroUsize, time::Duration};

use clap::Args;

use super::duration::parse_duration;

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
