//! One test at a time: systems would share processors, client ports, and the database.

use std::sync::{Arc, LazyLock};

use tokio::sync::{Mutex, OwnedMutexGuard};

static TURN: LazyLock<Arc<Mutex<()>>> = LazyLock::new(Arc::default);

/// A test's turn, which ends when it is dropped.
pub type Turn = OwnedMutexGuard<()>;

/// Waits until no other test has its turn.
pub async fn take() -> Turn {
    Arc::clone(&TURN).lock_owned().await
}
