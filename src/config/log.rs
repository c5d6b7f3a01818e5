//! Settings of the log.

use clap::{Args, ValueEnum};

/// Settings of the log.
#[derive(Args, Clone, Debug)]
pub struct LogConfig {
    /// Lowest level to log, or levels by module, for example `warn,atelierex::cache=debug`.
    #[arg(
        long,
        env = "ATELIEREX_LOG",
        value_name = "FILTER",
        default_value = "info",
        global = true
    )]
    pub log: String,

    /// Format of log lines. Default: text on a terminal, otherwise one JSON object for each line.
    #[arg(
        long,
        env = "ATELIEREX_LOG_FORMAT",
        value_name = "FORMAT",
        global = true
    )]
    pub log_format: Option<LogFormat>,
}

/// Format of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}
