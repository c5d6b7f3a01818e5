//! Waits for conditions, so that no test has to wait for a time.

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

use tokio::time::sleep;

/// Longest time that anything may take on a busy machine before a test gives up. No claim about speed.
pub const TIMEOUT: Duration = Duration::from_secs(120);

/// Pause between two looks at a condition; nothing depends on its length.
const PAUSE: Duration = Duration::from_millis(5);

/// Waits until a condition holds.
pub async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let look = async || {
        let holds = condition().await;
        holds.then_some(()).ok_or("it never was")
    };
    until_ok(what, look).await;
}

/// Looks until there is something, and returns that. An error says what there is instead.
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
                "waited in vain until {what}: {instead}"
            ),
        }
        sleep(PAUSE).await;
    }
}
