//! Epochs: the publication that an entry belongs to, and the one that is served.
//!
//! **The rule.** An entry is current if its epoch is the one that is served, or the one *ahead*: a publication that a
//! read observed before the feed did. Entries of other epochs are read again on request, so that a publication neither
//! clears the cache nor causes a burst of reads. A response about several products takes all of them from the epoch of
//! its snapshot; a response about one product takes either.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Epoch as this process distinguishes it from others.
///
/// It combines the epoch of the publication with the number of times that the feed was rewound within it (by a
/// restore).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Epoch(u64);

impl Epoch {
    /// No publication: served before the first one is known.
    pub const NONE: Self = Self(0);

    /// Creates the epoch of documents that were read from a publication after `rewinds` of the feed.
    #[must_use]
    pub fn new(publication: Uuid, rewinds: u64) -> Self {
        // Epochs of publications are random: 64 bits distinguish them.
        Self(xxh3_64_with_seed(publication.as_bytes(), rewinds) | 1)
    }

    /// Returns it as a number, for the keys of other caches.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

/// Epochs that responses may use. Every request reads them; the feed writes them.
#[derive(Debug)]
pub struct Epochs {
    current: AtomicU64,
    ahead: AtomicU64,
    /// Lock for changes of one that depend on the other.
    changing: Mutex<()>,
    rewinds: AtomicU64,
    highest_read: AtomicI64,
}

impl Epochs {
    /// Creates epochs without a publication.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            current: AtomicU64::new(0),
            ahead: AtomicU64::new(0),
            changing: Mutex::new(()),
            rewinds: AtomicU64::new(0),
            highest_read: AtomicI64::new(0),
        }
    }

    /// Returns the epoch that is served.
    pub fn current(&self) -> Epoch {
        Epoch(self.current.load(Ordering::SeqCst))
    }

    /// Returns whether an entry of `epoch` may answer a request about one product.
    pub fn is_current(&self, epoch: Epoch) -> bool {
        self.rank(epoch) > 0
    }

    /// Ranks an epoch: 2 for the one ahead, 1 for the served one, 0 for others.
    pub fn rank(&self, epoch: Epoch) -> u8 {
        if epoch == Epoch::NONE {
            0
        } else if epoch.0 == self.ahead.load(Ordering::SeqCst) {
            2
        } else {
            u8::from(epoch == self.current())
        }
    }

    /// Records that a read observed `epoch` after it had begun while `served` was served. Returns whether `epoch` is
    /// ahead.
    ///
    /// It is not if the feed has moved on since, perhaps to an even later publication.
    pub fn observe_ahead(&self, epoch: Epoch, served: Epoch) -> bool {
        let _changing = self.changing();
        let is_ahead = served == self.current();
        if is_ahead {
            self.ahead.store(epoch.0, Ordering::SeqCst);
        }
        is_ahead
    }

    /// Serves `epoch` from now on.
    pub fn switch(&self, epoch: Epoch) {
        let _changing = self.changing();
        self.current.store(epoch.0, Ordering::SeqCst);
        self.ahead.store(0, Ordering::SeqCst);
        self.highest_read.store(0, Ordering::SeqCst);
    }

    /// Records that a document of `epoch` was read with `version`.
    pub fn record_read(&self, epoch: Epoch, version: i64) {
        if epoch == self.current() {
            self.highest_read.fetch_max(version, Ordering::SeqCst);
        }
    }

    /// Returns the highest version read in the served epoch. The feed reaches it, unless it was rewound.
    pub fn highest_read(&self) -> i64 {
        self.highest_read.load(Ordering::SeqCst)
    }

    /// Returns how often the feed was rewound.
    pub fn rewinds(&self) -> u64 {
        self.rewinds.load(Ordering::SeqCst)
    }

    /// Records that the feed was rewound: entries read so far belong to another epoch.
    pub fn rewind(&self) {
        self.rewinds.fetch_add(1, Ordering::SeqCst);
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Epochs {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Epoch, Epochs};

    #[test]
    fn the_served_epoch_and_the_one_ahead_are_current() {
        let [first, second] = [1, 2].map(|n| Epoch::new(Uuid::from_u128(n), 0));
        let epochs = Epochs::new();
        assert!(!epochs.is_current(first) && !epochs.is_current(Epoch::NONE));
        epochs.switch(first);
        assert_eq!((epochs.rank(first), epochs.rank(second)), (1, 0));
        assert!(epochs.observe_ahead(second, first));
        assert_eq!((epochs.rank(first), epochs.rank(second)), (1, 2));
        epochs.switch(second);
        assert_eq!((epochs.rank(first), epochs.rank(second)), (0, 1));
    }

    #[test]
    fn an_epoch_observed_before_the_switch_is_not_ahead() {
        let [first, second, third] = [1, 2, 3].map(|n| Epoch::new(Uuid::from_u128(n), 0));
        let epochs = Epochs::new();
        epochs.switch(first);
        epochs.switch(third);
        assert!(!epochs.observe_ahead(second, first));
        assert_eq!((epochs.rank(second), epochs.rank(third)), (0, 1));
    }

    #[test]
    fn a_restored_publication_is_another_epoch() {
        let publication = Uuid::from_u128(1);
        assert_ne!(Epoch::new(publication, 0), Epoch::new(publication, 1));
    }
}
