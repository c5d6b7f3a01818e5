//! What enters memory and what leaves it: the rules by which it stays true.
//!
//! Those about publications are in [`super::era`], those about changes are here: an entry is stored only
//! by [`Map::change`], which does one thing at a time for each product, and only if it is not below the
//! floor of its product. The feed raises the floor first and then replaces or removes the entry in the
//! same way: whichever comes first, the old one does not stay.
//!
//! A fill raises the floor, too: moka may forget an entry at once, and what was answered must not be
//! followed by less.

use std::sync::Arc;

use moka::ops::compute::Op;

use super::{
    entry::Entry,
    era::{Era, Eras},
    floors::Floors,
    map::Map,
};

/// Entries, and what is known of their age.
pub(super) struct Shelf<M> {
    entries: M,
    eras: Arc<Eras>,
    floors: Floors,
}

/// When a read began: what it may not be older than.
#[derive(Clone, Copy)]
pub(super) struct Ticket {
    pub era: Era,
    pub generation: u64,
}

impl<M: Map> Shelf<M> {
    pub fn new(entries: M, eras: Arc<Eras>) -> Self {
        Self {
            entries,
            eras,
            floors: Floors::default(),
        }
    }

    /// What keeps the entries, to be counted.
    pub fn entries(&self) -> &M {
        &self.entries
    }

    /// The publications that are known.
    pub fn eras(&self) -> &Eras {
        self.entries.step();
        &self.eras
    }

    /// The versions below which nothing is stored any more.
    pub fn floors(&self) -> &Floors {
        self.entries.step();
        &self.floors
    }

    /// What is in memory of a product, current or not.
    pub async fn peek(&self, id: i64) -> Option<Arc<Entry>> {
        self.entries.get(id).await
    }

    /// Whether `entry` may answer a request about its product.
    pub fn is_current(&self, entry: &Entry) -> bool {
        self.eras().is_current(entry.era) && !entry.is_expired()
    }

    /// Whether anything is in memory of a product. Does not count as a use of it.
    pub fn contains(&self, id: i64) -> bool {
        self.entries.contains(id)
    }

    /// To be taken before a read begins.
    pub fn ticket(&self) -> Ticket {
        Ticket {
            era: self.eras().current(),
            generation: self.floors().generation(),
        }
    }

    /// Stores what was read since `ticket` and returns what is to be answered, or `None` if it was
    /// overtaken and has to be read again.
    pub async fn settle(&self, ticket: Ticket, entry: Arc<Entry>) -> Option<Arc<Entry>> {
        // Either the feed does not know this publication yet, or the read began before it did.
        let is_unknown = self.eras().rank(entry.era) == 0;
        if is_unknown && !self.eras().met(entry.era, ticket.era) {
            return None;
        }
        self.eras().read(entry.era, entry.version);
        self.store(ticket, entry).await
    }

    async fn store(&self, ticket: Ticket, entry: Arc<Entry>) -> Option<Arc<Entry>> {
        let mut settled = None;
        let decide = |present: Option<Arc<Entry>>| {
            if let Some(present) = present.filter(|present| self.is_preferred(present, &entry)) {
                settled = Some(present);
                return Op::Nop;
            }
            let (id, version) = (entry.product_id, entry.version);
            if !self.floors().admit(id, version, ticket.generation) {
                return Op::Nop;
            }
            // It may be forgotten at once: even then, no read that saw less comes after it.
            self.floors().raise([(id, version)]);
            settled = Some(Arc::clone(&entry));
            Op::Put(Arc::clone(&entry))
        };
        self.entries.change(entry.product_id, decide).await;
        settled
    }

    /// Whether an entry that is there already is at least as good as one that was just read.
    fn is_preferred(&self, present: &Entry, read: &Entry) -> bool {
        if present.is_expired() {
            return false;
        }
        if present.era == read.era {
            return present.version > read.version
                || read.documents().is_some() && present.version == read.version;
        }
        self.eras().rank(present.era) > self.eras().rank(read.era)
    }

    /// Puts `fresh` in the place of an older entry of `era`, or removes that if it is below `version`.
    ///
    /// The floor has to be raised before: otherwise a read under way could store the older one afterwards.
    pub async fn replace(&self, id: i64, version: i64, era: Era, fresh: Option<Arc<Entry>>) {
        let decide = |present: Option<Arc<Entry>>| {
            let is_outdated =
                |present: &Arc<Entry>| present.era == era && present.version < version;
            match (present.filter(is_outdated), fresh) {
                (Some(_), Some(fresh)) if fresh.version >= version => Op::Put(fresh),
                (Some(_), _) => Op::Remove,
                (None, _) => Op::Nop,
            }
        };
        self.entries.change(id, decide).await;
    }

    /// Lets the cache know that `entry` has grown, unless it was replaced meanwhile.
    pub async fn weigh_again(&self, entry: &Arc<Entry>) {
        let decide = |present: Option<Arc<Entry>>| {
            let same = present.filter(|present| Arc::ptr_eq(present, entry));
            same.map_or(Op::Nop, Op::Put)
        };
        self.entries.change(entry.product_id, decide).await;
    }
}
