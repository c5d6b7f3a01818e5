//! Settings of the log.

use clap::{Args, ValueEnum};

/// Content and format of the log.
#[derive(Args, Clone, Debug)]
pub struct LogConfig {
    /// What to log: a level, or levels by module, for example `warn,atelierex::cache=debug`.
    #[arg(
        long,
        env = "ATELIEREX_LOG",
        value_name = "FILTER",
        default_value = "info",
        global = true
    )]
    pub log: String,

    /// How to log. Default: text on a terminal, otherwise one JSON object for each line.
    #[arg(
        long,
        env = "ATELIEREX_LOG_FORMAT",
        value_name = "FORMAT",
        global = true
    )]
    pub log_format: Option<LogFormat>,
}

/// Format of a line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}
