//! Map of entries: moka, or in tests a model of it.

use std::sync::Arc;

use foldhash::fast::RandomState;
use moka::{notification::RemovalCause, ops::compute::Op, sync::Cache};
use prometheus::IntCounter;

use crate::cache::entry::Entry;

/// moka's cache of entries. Clients choose the ids that they ask for, so the hash has a random seed.
pub type Memory = Cache<i64, Arc<Entry>, RandomState>;

/// Entries in memory; nothing is kept without a capacity.
pub type Entries = Option<Memory>;

/// Makes a map of at most `capacity` bytes that counts its evictions; of none, nothing is kept.
pub fn entries(capacity: u64, evictions: IntCounter) -> Entries {
    let memory = Cache::builder()
        .max_capacity(capacity)
        .weigher(|_, entry: &Arc<Entry>| u32::try_from(entry.weight()).unwrap_or(u32::MAX))
        .eviction_listener(move |_, _, cause| {
            if cause == RemovalCause::Size {
                evictions.inc();
            }
        });
    (capacity > 0).then(|| memory.build_with_hasher(RandomState::default()))
}

/// Entries by product. It may forget each at any moment.
///
/// Nothing here waits for more than a moment: a change is decided without asking anybody.
pub trait Map: Send + Sync {
    /// Returns the entry of a product. Counts as a use of it, and waits for nobody.
    fn get(&self, id: i64) -> Option<Arc<Entry>>;

    /// Tells that there is an entry of a product. Does not count as a use of it.
    fn contains(&self, id: i64) -> bool;

    /// Does to the entry of a product what `decide` says. One change at a time is decided and done for
    /// each product.
    fn change(&self, id: i64, decide: impl FnOnce(Option<Arc<Entry>>) -> Op<Arc<Entry>>);

    /// Marks each look at what others change, for a model that lets these go first.
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
