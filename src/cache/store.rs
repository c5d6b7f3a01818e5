//! Entry store: rules by which entries enter and leave memory.
//!
//! Rules about publications are in [`crate::cache::epoch`]; rules about changes are here. An entry is stored only by
//! [`Map::change`], which runs one change of a product at a time, and only if it is not below the minimum version of
//! its product. The feed raises the minimum first and then replaces or removes the entry in the same way. So the old
//! entry does not stay, in whatever order both happen.
//!
//! A fetched entry raises the minimum, too: moka may evict an entry at once, and later responses must not be older than
//! earlier ones.
//!
//! `model::races` runs all this in a model checker.

use std::sync::Arc;

use moka::ops::compute::Op;

use crate::cache::{
    entry::Entry,
    epoch::{Epoch, Epochs},
    map::Map,
    min_versions::MinVersions,
};

/// Entries, with the epochs and minimum versions that decide which may be stored.
pub struct EntryStore<M> {
    entries: M,
    epochs: Arc<Epochs>,
    min_versions: MinVersions,
}

/// Moment at which a read began.
#[derive(Clone, Copy)]
pub struct ReadToken {
    pub epoch: Epoch,
    pub generation: u64,
}

impl<M: Map> EntryStore<M> {
    pub fn new(entries: M, epochs: Arc<Epochs>) -> Self {
        Self {
            entries,
            epochs,
            min_versions: MinVersions::default(),
        }
    }

    /// Returns the map of entries.
    pub fn entries(&self) -> &M {
        &self.entries
    }

    /// Returns the known epochs.
    pub fn epochs(&self) -> &Epochs {
        self.entries.step();
        &self.epochs
    }

    /// Returns the minimum versions.
    pub fn min_versions(&self) -> &MinVersions {
        self.entries.step();
        &self.min_versions
    }

    /// Returns the entry of a product, current or not. Counts as a use.
    pub fn get(&self, id: i64) -> Option<Arc<Entry>> {
        self.entries.get(id)
    }

    /// Returns whether `entry` may answer a request about its product.
    pub fn is_current(&self, entry: &Entry) -> bool {
        self.epochs().is_current(entry.epoch) && !entry.is_expired()
    }

    /// Returns whether there is an entry of a product. Does not count as a use.
    pub fn contains(&self, id: i64) -> bool {
        self.entries.contains(id)
    }

    /// Creates the token for a read. Take it before the read begins.
    pub fn read_token(&self) -> ReadToken {
        ReadToken {
            epoch: self.epochs().current(),
            generation: self.min_versions().generation(),
        }
    }

    /// Stores an entry that was read since `token` and returns the entry to answer with, or `None` if a change overtook
    /// the read. Then the read must be repeated.
    pub fn admit(&self, token: ReadToken, entry: &Arc<Entry>) -> Option<Arc<Entry>> {
        // Either the feed has not seen this publication yet, or the read began before the feed did.
        let is_unknown = self.epochs().rank(entry.epoch) == 0;
        if is_unknown && !self.epochs().observe_ahead(entry.epoch, token.epoch) {
            return None;
        }
        self.epochs().record_read(entry.epoch, entry.version);
        self.store(token, entry)
    }

    fn store(&self, token: ReadToken, entry: &Arc<Entry>) -> Option<Arc<Entry>> {
        let mut admitted = None;
        let decide = |present: Option<Arc<Entry>>| {
            if let Some(present) = present.filter(|present| self.is_preferred(present, entry)) {
                admitted = Some(present);
                return Op::Nop;
            }
            let (id, version) = (entry.product_id, entry.version);
            if !self.min_versions().admits(id, version, token.generation) {
                return Op::Nop;
            }
            // The entry may be evicted at once. Even then no later read may see less.
            self.min_versions().raise([(id, version)]);
            admitted = Some(Arc::clone(entry));
            Op::Put(Arc::clone(entry))
        };
        self.entries.change(entry.product_id, decide);
        admitted
    }

    /// Returns whether an entry that is there already is at least as good as one that was just read.
    fn is_preferred(&self, present: &Entry, read: &Entry) -> bool {
        if present.is_expired() {
            return false;
        }
        if present.epoch == read.epoch {
            return present.version > read.version
                || read.documents().is_some() && present.version == read.version;
        }
        self.epochs().rank(present.epoch) > self.epochs().rank(read.epoch)
    }

    /// Replaces an older entry of `epoch` by `fresh`, or removes it if it is below `version`.
    ///
    /// The minimum version must be raised before. Otherwise a read under way could store the older entry afterwards.
    pub fn replace(&self, id: i64, version: i64, epoch: Epoch, fresh: Option<Arc<Entry>>) {
        let decide = |present: Option<Arc<Entry>>| {
            let is_outdated =
                |present: &Arc<Entry>| present.epoch == epoch && present.version < version;
            match (present.filter(is_outdated), fresh) {
                (Some(_), Some(fresh)) if fresh.version >= version => Op::Put(fresh),
                (Some(_), _) => Op::Remove,
                (None, _) => Op::Nop,
            }
        };
        self.entries.change(id, decide);
    }

    /// Updates the weight of `entry` after it has grown, unless it was replaced meanwhile.
    pub fn update_weight(&self, entry: &Arc<Entry>) {
        let decide = |present: Option<Arc<Entry>>| {
            let same = present.filter(|present| Arc::ptr_eq(present, entry));
            same.map_or(Op::Nop, Op::Put)
        };
        self.entries.change(entry.product_id, decide);
    }
}
