//! Structured logs, to standard error.

use std::{
    error::Error,
    fmt,
    io::{self, IsTerminal as _},
};

use tracing_subscriber::{EnvFilter, fmt::format::FmtSpan};

use crate::config::{LogConfig, LogFormat};

/// Starts logging. What is malformed in the filter is left out, and said.
pub fn init(config: &LogConfig) {
    let is_terminal = io::stderr().is_terminal();
    let default = if is_terminal {
        LogFormat::Text
    } else {
        LogFormat::Json
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::builder().parse_lossy(&config.log))
        .with_writer(io::stderr)
        .with_span_events(FmtSpan::NONE);
    match config.log_format.unwrap_or(default) {
        LogFormat::Text => builder.with_ansi(is_terminal).with_target(false).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}

/// Logs why the command failed, with every cause.
pub fn report(error: &dyn Error) {
    tracing::error!("{}", Chain(error));
}

/// An error with its causes, as one line.
pub struct Chain<'a>(pub &'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        write!(formatter, "{said}")?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Transparent errors repeat their cause.
            if text != said {
                write!(formatter, ": {text}")?;
            }
            said = text;
            cause = error.source();
        }
        Ok(())
    }
}
