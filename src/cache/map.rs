//! What keeps the entries: moka, or in tests a model of it.

use std::sync::Arc;

use foldhash::fast::RandomState;
use moka::{ops::compute::Op, sync::Cache};

use crate::cache::entry::Entry;

/// moka's cache of entries. Clients choose the ids that they ask for, so the hash has a random seed.
pub(crate) type Memory = Cache<i64, Arc<Entry>, RandomState>;

/// The entries in memory; nothing is kept without a capacity.
pub(crate) type Entries = Option<Memory>;

/// Entries by product. It may forget each at any moment.
///
/// Nothing here waits for more than a moment: a change is decided without asking anybody.
pub(crate) trait Map: Send + Sync {
    /// The entry of a product. Counts as a use of it, and waits for nobody.
    fn get(&self, id: i64) -> Option<Arc<Entry>>;

    /// Whether there is an entry of a product. Does not count as a use of it.
    fn contains(&self, id: i64) -> bool;

    /// Does to the entry of a product what `decide` says. One change at a time is decided and done for
    /// each product.
    fn change(&self, id: i64, decide: impl FnOnce(Option<Arc<Entry>>) -> Op<Arc<Entry>>);

    /// Called before each look at what others change, for a model that lets these go first.
    fn step(&self) {}
}

impl Map for Memory {
    fn get(&self, id: i64) -> Option<Arc<Entry>> {
        self.get(&id)
    }

    fn contains(&self, id: i64) -> bool {
        self.contains_key(&id)
    }

    fn change(&self, id: i64, decide: impl FnOnce(Option<Arc<Entry>>) -> Op<Arc<Entry>>) {
        let decide = |present: Option<moka::Entry<i64, Arc<Entry>>>| {
            decide(present.map(moka::Entry::into_value))
        };
        self.entry(id).and_compute_with(decide);
    }
}

/// Without a map everything is decided in the same way, and nothing kept.
impl<M: Map> Map for Option<M> {
    fn get(&self, id: i64) -> Option<Arc<Entry>> {
        self.as_ref()?.get(id)
    }

    fn contains(&self, id: i64) -> bool {
        self.as_ref().is_some_and(|map| map.contains(id))
    }

    fn change(&self, id: i64, decide: impl FnOnce(Option<Arc<Entry>>) -> Op<Arc<Entry>>) {
        match self {
            Some(map) => map.change(id, decide),
            None => drop(decide(None)),
        }
    }
}
