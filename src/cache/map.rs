//! What keeps the entries: moka, or in tests a model of it.

use std::{
    future::{Future, ready},
    sync::Arc,
};

use moka::{future::Cache, ops::compute::Op};

use super::entry::Entry;

/// The entries in memory; nothing is kept without a capacity.
pub(super) type Entries = Option<Cache<i64, Arc<Entry>>>;

/// Entries by product. It may forget each at any moment.
pub(super) trait Map: Send + Sync {
    /// The entry of a product. Counts as a use of it, and waits for nobody.
    fn get(&self, id: i64) -> impl Future<Output = Option<Arc<Entry>>> + Send;

    /// Whether there is an entry of a product. Does not count as a use of it.
    fn contains(&self, id: i64) -> bool;

    /// Does to the entry of a product what `decide` says. One change at a time is decided and done for
    /// each product.
    fn change(
        &self,
        id: i64,
        decide: impl FnOnce(Option<Arc<Entry>>) -> Op<Arc<Entry>> + Send,
    ) -> impl Future<Output = ()> + Send;

    /// Called before each look at what others change, for a model that lets these go first.
    fn step(&self) {}
}

impl Map for Cache<i64, Arc<Entry>> {
    async fn get(&self, id: i64) -> Option<Arc<Entry>> {
        self.get(&id).await
    }

    fn contains(&self, id: i64) -> bool {
        self.contains_key(&id)
    }

    async fn change(
        &self,
        id: i64,
        decide: impl FnOnce(Option<Arc<Entry>>) -> Op<Arc<Entry>> + Send,
    ) {
        let decide = |present: Option<moka::Entry<i64, Arc<Entry>>>| {
            ready(decide(present.map(moka::Entry::into_value)))
        };
        self.entry(id).and_compute_with(decide).await;
    }
}

/// Without a map everything is decided in the same way, and nothing kept.
impl<M: Map> Map for Option<M> {
    async fn get(&self, id: i64) -> Option<Arc<Entry>> {
        self.as_ref()?.get(id).await
    }

    fn contains(&self, id: i64) -> bool {
        self.as_ref().is_some_and(|map| map.contains(id))
    }

    async fn change(
        &self,
        id: i64,
        decide: impl FnOnce(Option<Arc<Entry>>) -> Op<Arc<Entry>> + Send,
    ) {
        match self {
            Some(map) => map.change(id, decide).await,
            None => drop(decide(None)),
        }
    }
}
