//! Which publication a document belongs to, and which one is served.
//!
//! **The rule.** An entry counts as current if its era is the one that is served, or the one *ahead*: a
//! publication that a read has met before the feed did. Entries of other eras are read again when they
//! are asked for, so a publication neither clears the cache nor sets off a storm of reads. An answer made of
//! several products takes all of them from the one era that its index belongs to; an answer about one
//! product takes either.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A publication as this process tells it from others.
///
/// It stands for the epoch and for how often the feed was seen going back within it (after a restore).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Era(u64);

impl Era {
    /// No publication: what is served before the first is known.
    pub const NONE: Self = Self(0);

    /// The era of documents read as `epoch` after the feed went back `setbacks` times.
    #[must_use]
    pub fn new(epoch: Uuid, setbacks: u64) -> Self {
        // Epochs are random: 64 bits tell them apart.
        Self(xxh3_64_with_seed(epoch.as_bytes(), setbacks) | 1)
    }
}

/// What is served now. Read for every request, written by the feed.
#[derive(Debug)]
pub struct Eras {
    current: AtomicU64,
    ahead: AtomicU64,
    /// Held by who changes one of these because of the other.
    changing: Mutex<()>,
    setbacks: AtomicU64,
    highest_read: AtomicI64,
}

impl Eras {
    /// Nothing is known yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            current: AtomicU64::new(0),
            ahead: AtomicU64::new(0),
            changing: Mutex::new(()),
            setbacks: AtomicU64::new(0),
            highest_read: AtomicI64::new(0),
        }
    }

    /// The era that is served.
    pub fn current(&self) -> Era {
        Era(self.current.load(Ordering::SeqCst))
    }

    /// Whether an entry of `era` may answer a request about one product.
    pub fn is_current(&self, era: Era) -> bool {
        self.rank(era) > 0
    }

    /// How `era` compares: 2 if it is ahead, 1 if it is served, otherwise 0.
    pub fn rank(&self, era: Era) -> u8 {
        if era == Era::NONE {
            0
        } else if era.0 == self.ahead.load(Ordering::SeqCst) {
            2
        } else {
            u8::from(era == self.current())
        }
    }

    /// Notes that a read, begun while `served` was served, has met `era`; returns whether that is ahead.
    ///
    /// It is not if the feed has gone on since, perhaps to a publication that is later still.
    pub fn met(&self, era: Era, served: Era) -> bool {
        let _changing = self.changing();
        let is_ahead = served == self.current();
        if is_ahead {
            self.ahead.store(era.0, Ordering::SeqCst);
        }
        is_ahead
    }

    /// Serves `era` from now on.
    pub fn switch(&self, era: Era) {
        let _changing = self.changing();
        self.current.store(era.0, Ordering::SeqCst);
        self.ahead.store(0, Ordering::SeqCst);
        self.highest_read.store(0, Ordering::SeqCst);
    }

    /// Notes that a document of `era` was read with `version`.
    pub fn read(&self, era: Era, version: i64) {
        if era == self.current() {
            self.highest_read.fetch_max(version, Ordering::SeqCst);
        }
    }

    /// The highest version read in the era that is served: what the feed will have, unless it went back.
    pub fn highest_read(&self) -> i64 {
        self.highest_read.load(Ordering::SeqCst)
    }

    /// How often the feed went back.
    pub fn setbacks(&self) -> u64 {
        self.setbacks.load(Ordering::SeqCst)
    }

    /// Notes that the feed went back: everything read so far is of another era.
    pub fn set_back(&self) {
        self.setbacks.fetch_add(1, Ordering::SeqCst);
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Eras {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Era, Eras};

    #[test]
    fn the_served_era_and_the_one_ahead_are_current() {
        let [first, second] = [1, 2].map(|n| Era::new(Uuid::from_u128(n), 0));
        let eras = Eras::new();
        assert!(!eras.is_current(first) && !eras.is_current(Era::NONE));
        eras.switch(first);
        assert_eq!((eras.rank(first), eras.rank(second)), (1, 0));
        assert!(eras.met(second, first));
        assert_eq!((eras.rank(first), eras.rank(second)), (1, 2));
        eras.switch(second);
        assert_eq!((eras.rank(first), eras.rank(second)), (0, 1));
    }

    #[test]
    fn nothing_is_ahead_that_was_met_before_the_switch() {
        let [first, second, third] = [1, 2, 3].map(|n| Era::new(Uuid::from_u128(n), 0));
        let eras = Eras::new();
        eras.switch(first);
        eras.switch(third);
        assert!(!eras.met(second, first));
        assert_eq!((eras.rank(second), eras.rank(third)), (0, 1));
    }

    #[test]
    fn a_restored_epoch_is_another_era() {
        let epoch = Uuid::from_u128(1);
        assert_ne!(Era::new(epoch, 0), Era::new(epoch, 1));
    }
}
