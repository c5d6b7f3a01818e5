//! What enters memory and what leaves it: the rules by which it stays true.
//!
//! Those about publications are in [`super::era`], those about changes are here: an entry is stored only
//! inside moka's `and_compute_with`, which does one thing at a time for each key, and only if it is not
//! below the floor that the feed raised for its product. The feed raises the floor first and then replaces
//! or removes the entry in the same way: whichever comes first, the old one does not stay.

use std::{future::ready, sync::Arc};

use moka::ops::compute::Op;

use super::{CacheError, documents::Inner, entry::Entry, era::Era};

/// When a read began: what it may not be older than.
#[derive(Clone, Copy)]
pub(super) struct Ticket {
    era: Era,
    generation: u64,
}

impl Inner {
    /// To be taken before a read begins.
    pub fn ticket(&self) -> Ticket {
        Ticket {
            era: self.eras.current(),
            generation: self.floors.generation(),
        }
    }

    /// Loads a product until what was read is not overtaken by what is known.
    pub async fn fetch(&self, id: i64) -> Result<Arc<Entry>, CacheError> {
        loop {
            let ticket = self.ticket();
            let entry = self.loader.load(id).await?;
            if let Some(entry) = self.settle(ticket, entry).await {
                return Ok(entry);
            }
        }
    }

    /// Stores what was read since `ticket` and returns what is to be answered, or `None` if it was
    /// overtaken and has to be read again.
    pub async fn settle(&self, ticket: Ticket, entry: Arc<Entry>) -> Option<Arc<Entry>> {
        if self.eras.rank(entry.era) == 0 {
            // Either the feed does not know this publication yet, or the read began before it did.
            self.passes.want();
            if ticket.era != self.eras.current() {
                self.metrics.cache_fills_refused.inc();
                return None;
            }
            self.eras.met(entry.era);
        }
        self.eras.read(entry.era, entry.version);
        let settled = self.store(ticket, entry).await;
        if settled.is_none() {
            self.metrics.cache_fills_refused.inc();
        }
        settled
    }

    async fn store(&self, ticket: Ticket, entry: Arc<Entry>) -> Option<Arc<Entry>> {
        let admit = |entry: &Entry| {
            self.floors
                .admit(entry.product_id, entry.version, ticket.generation)
        };
        let Some(entries) = &self.entries else {
            return admit(&entry).then_some(entry);
        };
        let mut settled = None;
        let decide = |present: Option<moka::Entry<i64, Arc<Entry>>>| {
            let present = present.map(moka::Entry::into_value);
            if let Some(present) = present.filter(|present| self.is_preferred(present, &entry)) {
                settled = Some(present);
                return ready(Op::Nop);
            }
            if !admit(&entry) {
                return ready(Op::Nop);
            }
            settled = Some(Arc::clone(&entry));
            ready(Op::Put(Arc::clone(&entry)))
        };
        entries
            .entry(entry.product_id)
            .and_compute_with(decide)
            .await;
        settled
    }

    /// Whether an entry that is there already is at least as good as one that was just read.
    fn is_preferred(&self, present: &Arc<Entry>, read: &Arc<Entry>) -> bool {
        if present.is_expired() {
            return false;
        }
        if present.era == read.era {
            return present.version > read.version
                || read.documents().is_some() && present.version == read.version;
        }
        self.eras.rank(present.era) > self.eras.rank(read.era)
    }

    /// Whether anything is in memory of a product. Does not count as a use of it.
    pub fn contains(&self, id: i64) -> bool {
        self.entries
            .as_ref()
            .is_some_and(|entries| entries.contains_key(&id))
    }

    /// Puts `fresh` in the place of an older entry of `era`, or removes that if it is below `version`.
    pub async fn replace(&self, id: i64, version: i64, era: Era, fresh: Option<Arc<Entry>>) {
        let Some(entries) = &self.entries else {
            return;
        };
        let decide = |present: Option<moka::Entry<i64, Arc<Entry>>>| {
            let present = present.map(moka::Entry::into_value);
            let is_outdated =
                |present: &Arc<Entry>| present.era == era && present.version < version;
            ready(match (present.filter(is_outdated), fresh) {
                (Some(_), Some(fresh)) if fresh.version >= version => Op::Put(fresh),
                (Some(_), _) => Op::Remove,
                (None, _) => Op::Nop,
            })
        };
        entries.entry(id).and_compute_with(decide).await;
    }

    /// Lets the cache know that `entry` has grown, unless it was replaced meanwhile.
    pub async fn weigh_again(&self, entry: &Arc<Entry>) {
        let Some(entries) = &self.entries else {
            return;
        };
        let decide = |present: Option<moka::Entry<i64, Arc<Entry>>>| {
            let present = present.map(moka::Entry::into_value);
            let same = present.filter(|present| Arc::ptr_eq(present, entry));
            ready(same.map_or(Op::Nop, Op::Put))
        };
        entries
            .entry(entry.product_id)
            .and_compute_with(decide)
            .await;
    }
}
