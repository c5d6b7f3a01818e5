//! What enters memory and what leaves it: the rules by which it stays true.
//!
//! Those about publications are in [`super::era`], those about changes are here: an entry is stored only
//! by [`Map::change`], which does one thing at a time for each product, and only if it is not below the
//! floor of its product. The feed raises the floor first and then replaces or removes the entry in the
//! same way: whichever comes first, the old one does not stay.
//!
//! A fill raises the floor, too: moka may forget an entry at once, and what was answered must not be
//! followed by less.
//!
//! `model::races` puts all this under a model checker.

use std::sync::Arc;

use moka::ops::compute::Op;

use crate::cache::{
    entry::Entry,
    epoch::{Era, Eras},
    map::Map,
    min_versions::Floors,
};

/// Entries, and what is known of their age.
pub(crate) struct Shelf<M> {
    entries: M,
    eras: Arc<Eras>,
    floors: Floors,
}

/// When a read began: what it may not be older than.
#[derive(Clone, Copy)]
pub(crate) struct Ticket {
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
    pub fn peek(&self, id: i64) -> Option<Arc<Entry>> {
        self.entries.get(id)
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
    pub fn settle(&self, ticket: Ticket, entry: &Arc<Entry>) -> Option<Arc<Entry>> {
        // Either the feed does not know this publication yet, or the read began before it did.
        let is_unknown = self.eras().rank(entry.era) == 0;
        if is_unknown && !self.eras().met(entry.era, ticket.era) {
            return None;
        }
        self.eras().read(entry.era, entry.version);
        self.store(ticket, entry)
    }

    fn store(&self, ticket: Ticket, entry: &Arc<Entry>) -> Option<Arc<Entry>> {
        let mut settled = None;
        let decide = |present: Option<Arc<Entry>>| {
            if let Some(present) = present.filter(|present| self.is_preferred(present, entry)) {
                settled = Some(present);
                return Op::Nop;
            }
            let (id, version) = (entry.product_id, entry.version);
            if !self.floors().admit(id, version, ticket.generation) {
                return Op::Nop;
            }
            // It may be forgotten at once: even then, no read that saw less comes after it.
            self.floors().raise([(id, version)]);
            settled = Some(Arc::clone(entry));
            Op::Put(Arc::clone(entry))
        };
        self.entries.change(entry.product_id, decide);
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
    pub fn replace(&self, id: i64, version: i64, era: Era, fresh: Option<Arc<Entry>>) {
        let decide = |present: Option<Arc<Entry>>| {
            let is_outdated =
                |present: &Arc<Entry>| present.era == era && present.version < version;
            match (present.filter(is_outdated), fresh) {
                (Some(_), Some(fresh)) if fresh.version >= version => Op::Put(fresh),
                (Some(_), _) => Op::Remove,
                (None, _) => Op::Nop,
            }
        };
        self.entries.change(id, decide);
    }

    /// Lets the cache know that `entry` has grown, unless it was replaced meanwhile.
    pub fn weigh_again(&self, entry: &Arc<Entry>) {
        let decide = |present: Option<Arc<Entry>>| {
            let same = present.filter(|present| Arc::ptr_eq(present, entry));
            same.map_or(Op::Nop, Op::Put)
        };
        self.entries.change(entry.product_id, decide);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use foldhash::fast::RandomState;
    use moka::sync::Cache;

    use super::Shelf;
    use crate::cache::{
        entry::Entry,
        epoch::Eras,
        map::{Entries, Memory},
        model::database::{Row, entry, era},
    };

    fn memory() -> Memory {
        Cache::builder()
            .max_capacity(10)
            .build_with_hasher(RandomState::default())
    }

    /// A shelf that serves a publication.
    fn shelf(entries: Entries) -> Shelf<Entries> {
        let shelf = Shelf::new(entries, Arc::new(Eras::new()));
        shelf.eras().switch(era(1));
        shelf
    }

    /// What product 7 is read as.
    fn read(version: i64) -> Arc<Entry> {
        let is_deleted = false;
        entry(
            7,
            era(1),
            Some(Row {
                version,
                is_deleted,
            }),
        )
    }

    /// The feed tells of `version` of product 7, and has read `fresh` if it was in memory.
    fn invalidate(shelf: &Shelf<Entries>, version: i64, fresh: Option<Arc<Entry>>) {
        shelf.floors().raise([(7, version)]);
        shelf.replace(7, version, era(1), fresh);
    }

    fn version(shelf: &Shelf<Entries>) -> Option<i64> {
        shelf.peek(7).map(|entry| entry.version)
    }

    #[test]
    fn a_fill_that_overlaps_an_invalidation_is_refused() {
        for entries in [Some(memory()), None] {
            let has_memory = entries.is_some();
            let shelf = shelf(entries);
            let ticket = shelf.ticket();
            let old = read(1);
            invalidate(&shelf, 2, None);
            assert!(shelf.settle(ticket, &old).is_none());
            assert_eq!(version(&shelf), None);
            let again = shelf.settle(shelf.ticket(), &read(2));
            assert_eq!(again.unwrap().version, 2);
            assert_eq!(version(&shelf), has_memory.then_some(2));
        }
    }

    #[test]
    fn a_fill_that_overlaps_a_refresh_ahead_takes_what_that_brought() {
        let shelf = shelf(Some(memory()));
        shelf.settle(shelf.ticket(), &read(1));
        let ticket = shelf.ticket();
        let old = read(1);
        invalidate(&shelf, 2, Some(read(2)));
        let settled = shelf.settle(ticket, &old);
        assert_eq!(settled.unwrap().version, 2);
        assert_eq!(version(&shelf), Some(2));
    }

    #[test]
    fn a_fill_that_settles_before_an_invalidation_does_not_stay() {
        for fresh in [None, Some(read(1)), Some(read(2))] {
            let shelf = shelf(Some(memory()));
            shelf.settle(shelf.ticket(), &read(1));
            let expected = fresh.as_ref().map(|fresh| fresh.version);
            invalidate(&shelf, 2, fresh);
            assert_eq!(version(&shelf), expected.filter(|version| *version >= 2));
        }
    }

    #[test]
    fn a_fill_that_is_older_than_one_that_was_forgotten_is_refused() {
        let entries = memory();
        let shelf = shelf(Some(entries.clone()));
        let ticket = shelf.ticket();
        let old = read(1);
        shelf.settle(shelf.ticket(), &read(2));
        entries.invalidate(&7);
        assert!(shelf.settle(ticket, &old).is_none());
    }

    /// What this cache would do without the shelf.
    #[test]
    fn moka_alone_brings_back_what_an_invalidation_overlapped() {
        let entries = memory();
        let shelf = shelf(Some(entries.clone()));
        let fill = || {
            let old = read(1);
            invalidate(&shelf, 2, None);
            old
        };
        assert_eq!(entries.get_with(7, fill).version, 1);
        assert_eq!(version(&shelf), Some(1));
    }
}
