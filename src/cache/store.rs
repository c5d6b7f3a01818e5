//! Entry store: the rules by which entries enter memory and leave it.
//!
//! The rules about publications are in [`crate::cache::epoch`], those about changes are here: an entry is stored only
//! by [`Map::change`], which does one thing at a time for each product, and only if it is not below the
//! minimum version of its product. The feed raises the minimum first and then replaces or removes the entry in the
//! same way: whichever comes first, the old one does not stay.
//!
//! A fetched entry raises the minimum, too: moka may forget an entry at once, and what was answered must not be
//! followed by less.
//!
//! `model::races` puts all this under a model checker.

use std::sync::Arc;

use moka::ops::compute::Op;

use crate::cache::{
    entry::Entry,
    epoch::{Epoch, Epochs},
    map::Map,
    min_versions::MinVersions,
};

/// Entries, with the epochs and minimum versions that decide which of them may be stored.
pub struct EntryStore<M> {
    entries: M,
    epochs: Arc<Epochs>,
    min_versions: MinVersions,
}

/// Moment at which a read began: the read may not be older than that.
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

    /// Returns the epochs that are known.
    pub fn epochs(&self) -> &Epochs {
        self.entries.step();
        &self.epochs
    }

    /// Returns the versions below which nothing is stored any more.
    pub fn min_versions(&self) -> &MinVersions {
        self.entries.step();
        &self.min_versions
    }

    /// Returns the entry of a product, current or not. Counts as a use of it.
    pub fn get(&self, id: i64) -> Option<Arc<Entry>> {
        self.entries.get(id)
    }

    /// Tells that `entry` may answer a request about its product.
    pub fn is_current(&self, entry: &Entry) -> bool {
        self.epochs().is_current(entry.epoch) && !entry.is_expired()
    }

    /// Tells that there is an entry of a product. Does not count as a use of it.
    pub fn contains(&self, id: i64) -> bool {
        self.entries.contains(id)
    }

    /// Makes the token to be taken before a read begins.
    pub fn read_token(&self) -> ReadToken {
        ReadToken {
            epoch: self.epochs().current(),
            generation: self.min_versions().generation(),
        }
    }

    /// Stores an entry that was read since `token` and returns the one to answer with, or `None` if a change
    /// overtook the read, which has to be repeated.
    pub fn admit(&self, token: ReadToken, entry: &Arc<Entry>) -> Option<Arc<Entry>> {
        // Either the feed does not know this publication yet, or the read began before it did.
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
            // It may be forgotten at once: even then, no read that saw less comes after it.
            self.min_versions().raise([(id, version)]);
            admitted = Some(Arc::clone(entry));
            Op::Put(Arc::clone(entry))
        };
        self.entries.change(entry.product_id, decide);
        admitted
    }

    /// Tells that an entry which is there already is at least as good as one that was just read.
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

    /// Puts `fresh` in the place of an older entry of `epoch`, or removes that if it is below `version`.
    ///
    /// The minimum version has to be raised before: otherwise a read under way could store the older one afterwards.
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

    /// Weighs `entry` again after it has grown, unless it was replaced meanwhile.
    pub fn weigh_again(&self, entry: &Arc<Entry>) {
        let decide = |present: Option<Arc<Entry>>| {
            let same = present.filter(|present| Arc::ptr_eq(present, entry));
            same.map_or(Op::Nop, Op::Put)
        };
        self.entries.change(entry.product_id, decide);
    }
}
