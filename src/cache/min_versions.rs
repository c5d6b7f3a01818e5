//! The lowest version that may still be kept of products that changed, or were read, a moment ago.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use foldhash::fast::RandomState;

/// Products per generation: two generations take a few MiB.
const GENERATION: usize = 1 << 16;

/// Floors of the products that changed, or were read, last.
///
/// A floor matters only to reads that were already under way when it was raised, so old ones are
/// forgotten, by number: a read that spans two changes of generation is taken to be below its floor.
#[derive(Debug, Default)]
pub(crate) struct Floors {
    inner: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    number: u64,
    recent: HashMap<i64, i64, RandomState>,
    previous: HashMap<i64, i64, RandomState>,
}

impl Floors {
    /// The generation to remember when a read begins.
    pub fn generation(&self) -> u64 {
        self.lock().number
    }

    /// Whether `version` of product `id`, read since `generation`, is not known to be outdated.
    pub fn admit(&self, id: i64, version: i64, generation: u64) -> bool {
        let floors = self.lock();
        floors.number - generation <= 1 && floors.get(id).is_none_or(|floor| version >= floor)
    }

    /// Raises the floors of products, given with their new versions; none is lowered.
    pub fn raise(&self, changes: impl IntoIterator<Item = (i64, i64)>) {
        let mut floors = self.lock();
        for (id, version) in changes {
            if floors.recent.len() >= GENERATION {
                floors.turn();
            }
            let floor = floors.get(id).map_or(version, |floor| floor.max(version));
            floors.recent.insert(id, floor);
        }
    }

    /// Forgets all floors; reads under way count as below theirs.
    pub fn clear(&self) {
        let mut floors = self.lock();
        floors.turn();
        floors.turn();
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn get(&self, id: i64) -> Option<i64> {
        let floor = self.recent.get(&id).or_else(|| self.previous.get(&id));
        floor.copied()
    }

    fn turn(&mut self) {
        self.previous = mem::take(&mut self.recent);
        self.number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::Floors;

    #[test]
    fn a_version_below_the_floor_is_refused() {
        let floors = Floors::default();
        let generation = floors.generation();
        floors.raise([(7, 20)]);
        assert!(!floors.admit(7, 19, generation));
        assert!(!floors.admit(7, i64::MIN, generation), "it did not exist");
        assert!(floors.admit(7, 20, generation));
        assert!(floors.admit(8, 1, generation));
    }

    #[test]
    fn a_floor_is_never_lowered() {
        let floors = Floors::default();
        let generation = floors.generation();
        floors.raise([(7, 20)]);
        // The feed tells of a version below the one that was read already.
        floors.raise([(7, 19)]);
        assert!(!floors.admit(7, 19, generation));
    }

    #[test]
    fn a_floor_outlives_every_read_that_may_be_below_it() {
        let floors = Floors::default();
        let before = floors.generation();
        floors.raise([(7, 20)]);
        let mut version = 21;
        while floors.admit(1_000_000, version, before) {
            assert!(!floors.admit(7, 19, before), "after {version} changes");
            floors.raise([(version, version)]);
            version += 1;
            assert!(version < 300_000, "reads are refused in the end");
        }
        assert!(floors.admit(1_000_000, version, floors.generation()));
    }

    #[test]
    fn clearing_refuses_the_reads_under_way() {
        let floors = Floors::default();
        let before = floors.generation();
        floors.raise([(7, 20)]);
        floors.clear();
        assert!(!floors.admit(7, 20, before));
        assert!(floors.admit(7, 1, floors.generation()));
    }
}
