//! Map of entries: moka, or a model of it in tests.

use std::sync::Arc;

use foldhash::fast::RandomState;
use moka::{notification::RemovalCause, ops::compute::Op, sync::Cache};
use prometheus::IntCounter;

use crate::cache::entry::Entry;

/// moka's cache of entries. Clients choose the ids that they ask for, so the hash has a random seed.
pub type Memory = Cache<i64, Arc<Entry>, RandomState>;

/// Entries in memory. With a capacity of 0 nothing is stored.
pub type Entries = Option<Memory>;

/// Creates a map of at most `capacity` bytes that counts evictions. With 0, nothing is stored.
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

/// Entries by product. The map may evict each at any moment.
///
/// No method waits for more than a moment: `decide` only computes.
pub trait Map: Send + Sync {
    /// Returns the entry of a product. Counts as a use; does not block.
    fn get(&self, id: i64) -> Option<Arc<Entry>>;

    /// Returns whether there is an entry of a product. Does not count as a use.
    fn contains(&self, id: i64) -> bool;

    /// Applies the result of `decide` to the entry of a product. Changes of the same product run one at a time.
    fn change(&self, id: i64, decide: impl FnOnce(Option<Arc<Entry>>) -> Op<Arc<Entry>>);

    /// Marks an access to shared state, so that the model checker may switch threads there.
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

/// Without a map, `decide` still runs, and nothing is stored.
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
