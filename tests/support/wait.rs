//! Waits for conditions, so that tests need no fixed pauses.

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

use tokio::time::sleep;

/// Time after which a test gives up, on a busy machine. No claim about speed.
pub const TIMEOUT: Duration = Duration::from_secs(120);

/// Pause between two checks of a condition; nothing depends on its length.
const PAUSE: Duration = Duration::from_millis(5);

/// Waits until a condition holds.
pub async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let look = async || {
        let holds = condition().await;
        holds.then_some(()).ok_or("it never was")
    };
    until_ok(what, look).await;
}

/// Repeats `look` until it succeeds, and returns its value. An error says what was found instead.
///
/// # Panics
///
/// After [`TIMEOUT`].
pub async fn until_ok<T, E: Display>(what: &str, mut look: impl AsyncFnMut() -> Result<T, E>) -> T {
    let began = Instant::now();
    loop {
        match look().await {
            Ok(found) => return found,
            Err(instead) => assert!(
                began.elapsed() < TIMEOUT,
                "timed out waiting until {what}: {instead}"
            ),
        }
        sleep(PAUSE).await;
    }
}
