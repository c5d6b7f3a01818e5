//! Lets a request wait until the feed has been read once more.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Notify, watch};

/// The feed's readings, counted.
#[derive(Debug)]
pub(crate) struct Passes {
    wanted: Notify,
    begun: AtomicU64,
    done: watch::Sender<u64>,
}

impl Passes {
    pub fn new() -> Self {
        Self {
            wanted: Notify::new(),
            begun: AtomicU64::new(0),
            done: watch::Sender::new(0),
        }
    }

    /// Asks for a reading soon.
    pub fn want(&self) {
        self.wanted.notify_one();
    }

    /// Waits until somebody asks.
    pub async fn wanted(&self) {
        self.wanted.notified().await;
    }

    /// Begins a reading.
    pub fn begin(&self) {
        self.begun.fetch_add(1, Ordering::SeqCst);
    }

    /// Ends a reading that saw everything there was when it began.
    pub fn finish(&self) {
        self.done.send_replace(self.begun.load(Ordering::SeqCst));
    }

    /// Waits for the end of a reading that began after this call.
    pub async fn next(&self) {
        let next = self.begun.load(Ordering::SeqCst) + 1;
        let mut done = self.done.subscribe();
        self.want();
        // Fails only if the sender is gone, and we hold it.
        let _ = done.wait_for(|done| *done >= next).await;
    }
}
