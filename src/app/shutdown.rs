//! Being asked to stop.

use tokio::{
    select,
    signal::unix::{SignalKind, signal},
};
use tracing::info;

/// Waits for SIGINT or SIGTERM.
pub async fn requested() {
    let wait = async |kind: SignalKind| match signal(kind) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        // Without a handler the signal ends the process, as it does by default.
        Err(_) => std::future::pending().await,
    };
    select! {
        () = wait(SignalKind::interrupt()) => info!("Stopping: SIGINT"),
        () = wait(SignalKind::terminate()) => info!("Stopping: SIGTERM"),
    }
}
