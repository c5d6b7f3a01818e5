//! Poll barrier: a request can wait until the feed has been polled once more.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Notify, watch};

/// Count of the feed's polls.
#[derive(Debug)]
pub struct PollBarrier {
    wanted: Notify,
    begun: AtomicU64,
    done: watch::Sender<u64>,
}

impl PollBarrier {
    pub fn new() -> Self {
        Self {
            wanted: Notify::new(),
            begun: AtomicU64::new(0),
            done: watch::Sender::new(0),
        }
    }

    /// Asks for a poll soon.
    pub fn want(&self) {
        self.wanted.notify_one();
    }

    /// Waits until somebody asks for a poll.
    pub async fn wanted(&self) {
        self.wanted.notified().await;
    }

    /// Begins a poll.
    pub fn begin(&self) {
        self.begun.fetch_add(1, Ordering::SeqCst);
    }

    /// Ends a poll that saw everything there was when it began.
    pub fn finish(&self) {
        self.done.send_replace(self.begun.load(Ordering::SeqCst));
    }

    /// Waits for the end of a poll that began after this call.
    pub async fn next(&self) {
        let next = self.begun.load(Ordering::SeqCst) + 1;
        let mut done = self.done.subscribe();
        self.want();
        // It fails only if the sender is gone, which `self` holds.
        let _ = done.wait_for(|done| *done >= next).await;
    }
}
