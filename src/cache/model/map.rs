//! Model of moka.

use std::sync::Arc;

use moka::ops::compute::Op;
use shuttle::sync::Mutex as Turns;

use crate::cache::{
    entry::Entry,
    map::Map,
    model::database::{Each, Shared, at},
};

/// A map that does in separate steps what moka does.
#[derive(Default)]
pub struct ModelMap {
    turns: Each<Turns<()>>,
    entries: Shared<Each<Option<Arc<Entry>>>>,
}

impl ModelMap {
    /// Evicts an entry, as moka does when it needs memory, possibly in the middle of a change.
    pub fn evict(&self, id: i64) {
        self.entries.with(|entries| entries[at(id)] = None);
    }

    /// Stores an entry unconditionally.
    pub fn insert(&self, id: i64, entry: Arc<Entry>) {
        self.entries.with(|entries| entries[at(id)] = Some(entry));
    }

    fn read(&self, id: i64) -> Option<Arc<Entry>> {
        self.entries.with(|entries| entries[at(id)].clone())
    }
}

impl Map for ModelMap {
    fn get(&self, id: i64) -> Option<Arc<Entry>> {
        self.read(id)
    }

    fn contains(&self, id: i64) -> bool {
        self.read(id).is_some()
    }

    fn change(&self, id: i64, decide: impl FnOnce(Option<Arc<Entry>>) -> Op<Arc<Entry>>) {
        let _turn = self.turns[at(id)].lock().unwrap();
        match decide(self.read(id)) {
            Op::Nop => {}
            Op::Put(entry) => self.insert(id, entry),
            Op::Remove => self.evict(id),
        }
    }

    fn step(&self) {
        self.entries.with(|_| ());
    }
}
