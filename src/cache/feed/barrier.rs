//! Poll barrier: requests wait here until the feed was polled once more.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Notify, watch};

/// Counts the polls of the feed.
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

    /// Requests a poll soon.
    pub fn request_poll(&self) {
        self.wanted.notify_one();
    }

    /// Waits until a poll is requested.
    pub async fn poll_requested(&self) {
        self.wanted.notified().await;
    }

    /// Records that a poll begins.
    pub fn begin(&self) {
        self.begun.fetch_add(1, Ordering::SeqCst);
    }

    /// Records that a poll has read everything that was there when it began.
    pub fn finish(&self) {
        self.done.send_replace(self.begun.load(Ordering::SeqCst));
    }

    /// Waits for the end of a poll that begins after this call.
    pub async fn next(&self) {
        let next = self.begun.load(Ordering::SeqCst) + 1;
        let mut done = self.done.subscribe();
        self.request_poll();
        // This fails only without a sender, and `self` holds one.
        let _ = done.wait_for(|done| *done >= next).await;
    }
}
