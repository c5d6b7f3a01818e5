//! Signals that ask the process to stop.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Exit code after a second signal: the one that shells report for Ctrl-C.
const EXIT_SIGINT: i32 = 130;

/// Returns a token that the first SIGINT or SIGTERM cancels. A second signal ends the process at once.
///
/// # Panics
///
/// If the system does not allow signal handlers.
#[must_use]
pub fn on_signal() -> CancellationToken {
    let token = CancellationToken::new();
    let mut interrupt = signal(SignalKind::interrupt()).expect("signal handlers can be installed");
    let mut terminate = signal(SignalKind::terminate()).expect("signal handlers can be installed");
    let cancelled = token.clone();
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = interrupt.recv() => "SIGINT",
                _ = terminate.recv() => "SIGTERM",
            }
        };
        let first = next().await;
        info!(signal = first, "Stopping; a second signal stops at once");
        cancelled.cancel();
        let second = next().await;
        warn!(signal = second, "Stopped at once");
        std::process::exit(EXIT_SIGINT);
    });
    token
}
