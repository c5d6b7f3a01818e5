//! Structured logs on standard error, and spans for a collector.

use std::{
    error::Error,
    fmt,
    io::{self, IsTerminal as _},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{EnvFilter, fmt::format::FmtSpan};

use crate::config::{LogConfig, LogFormat};

mod export;
pub mod throttled_log;
mod trace_parent;
pub mod traces;

/// Maximum number of log lines waiting to be written.
const QUEUE: usize = 8_192;

/// Longest wait of [`flush`].
const FLUSH_TIMEOUT: Duration = Duration::from_millis(500);

/// Numbers of log lines queued and written.
static QUEUED: AtomicUsize = AtomicUsize::new(0);
static WRITTEN: AtomicUsize = AtomicUsize::new(0);

static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();

/// Writes the waiting lines when it is dropped.
pub type LogGuard = WorkerGuard;

/// Starts logging. Malformed parts of the filter are ignored with a warning.
///
/// Logging never waits for the reader of the log: lines that cannot be written in time are dropped.
#[must_use = "dropping it writes the last lines"]
pub fn init(config: &LogConfig) -> LogGuard {
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(QUEUE)
        .thread_name("log")
        .finish(Counted(io::stderr()));
    // Set once: there is one log.
    let _ = DROPPED.set(writer.error_counter());
    let is_terminal = io::stderr().is_terminal();
    let default = if is_terminal {
        LogFormat::Text
    } else {
        LogFormat::Json
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::builder().parse_lossy(&config.log))
        .with_writer(move || {
            QUEUED.fetch_add(1, Ordering::Relaxed);
            writer.clone()
        })
        // A failure could not be reported anywhere.
        .log_internal_errors(false)
        .with_span_events(FmtSpan::NONE);
    match config.log_format.unwrap_or(default) {
        LogFormat::Text => builder.with_ansi(is_terminal).with_target(false).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    guard
}

/// Waits until all logged lines are written, within a time limit: the reader of the log may have stopped.
pub fn flush() {
    let began = Instant::now();
    let is_behind =
        || WRITTEN.load(Ordering::Acquire) + dropped_lines() < QUEUED.load(Ordering::Relaxed);
    while is_behind() && began.elapsed() < FLUSH_TIMEOUT {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Destination of the log, which counts the written lines.
struct Counted(io::Stderr);

impl io::Write for Counted {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.write_all(line).map(|()| line.len())
    }

    fn write_all(&mut self, line: &[u8]) -> io::Result<()> {
        let result = self.0.write_all(line);
        WRITTEN.fetch_add(1, Ordering::Release);
        result
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Returns the number of log lines dropped because too many were waiting.
#[must_use]
pub fn dropped_lines() -> usize {
    DROPPED.get().map_or(0, ErrorCounter::dropped_lines)
}

/// Logs why the command failed, with all causes.
pub fn report(error: &dyn Error) {
    tracing::error!("{}", Chain(error));
}

/// Formats an error with its causes as one line.
pub struct Chain<'a>(pub &'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        write!(formatter, "{said}")?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Some errors include the text of their cause, or have no other text.
            if !said.ends_with(&text) {
                write!(formatter, ": {text}")?;
                said = text;
            }
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::Chain;

    #[derive(Debug, thiserror::Error)]
    enum Outer {
        #[error("cannot read the file")]
        Plain(#[source] io::Error),
        #[error("cannot read the file: {0}")]
        Complete(#[source] io::Error),
        #[error(transparent)]
        Transparent(#[from] Box<Outer>),
    }

    #[test]
    fn each_cause_is_named_once() {
        let cause = || io::Error::other("the disk is gone");
        for error in [
            Outer::Plain(cause()),
            Outer::Complete(cause()),
            Outer::Transparent(Box::new(Outer::Plain(cause()))),
            Outer::Transparent(Box::new(Outer::Complete(cause()))),
        ] {
            let text = Chain(&error).to_string();
            assert_eq!(text, "cannot read the file: the disk is gone");
        }
    }
}
