//! One system at a time: they would share processors, ports of clients, and the database.

use std::sync::{Arc, LazyLock};

use tokio::sync::{Mutex, OwnedMutexGuard};

static TURN: LazyLock<Arc<Mutex<()>>> = LazyLock::new(Arc::default);

/// The turn of a test, which ends when it is dropped.
pub type Turn = OwnedMutexGuard<()>;

/// Waits until no other test has its turn.
pub async fn take() -> Turn {
    Arc::clone(&TURN).lock_owned().await
}
