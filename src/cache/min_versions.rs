//! Minimum versions: for products that were changed or read lately, the lowest version that may still be stored.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use foldhash::fast::RandomState;

/// Products per generation. Two generations take a few MiB.
const GENERATION: usize = 1 << 16;

/// Minimum versions of the products that were changed or read last.
///
/// A minimum matters only to reads that were under way when it was raised, so that old ones are forgotten after a
/// number of products. A read that spans two changes of generation counts as below its minimum.
#[derive(Debug, Default)]
pub struct MinVersions {
    inner: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    number: u64,
    recent: HashMap<i64, i64, RandomState>,
    previous: HashMap<i64, i64, RandomState>,
}

impl MinVersions {
    /// Returns the current generation, to be kept by a read that begins.
    pub fn generation(&self) -> u64 {
        self.lock().number
    }

    /// Returns whether `version` of product `id`, read since `generation`, may be current.
    pub fn admits(&self, id: i64, version: i64, generation: u64) -> bool {
        let generations = self.lock();
        generations.number - generation <= 1 && generations.get(id).is_none_or(|min| version >= min)
    }

    /// Raises the minimum versions of products to the given ones; lowers none.
    pub fn raise(&self, changes: impl IntoIterator<Item = (i64, i64)>) {
        let mut generations = self.lock();
        for (id, version) in changes {
            if generations.recent.len() >= GENERATION {
                generations.next_generation();
            }
            let min = generations.get(id).map_or(version, |min| min.max(version));
            generations.recent.insert(id, min);
        }
    }

    /// Forgets all minimum versions. Reads under way count as below theirs.
    pub fn clear(&self) {
        let mut generations = self.lock();
        generations.next_generation();
        generations.next_generation();
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn get(&self, id: i64) -> Option<i64> {
        let min = self.recent.get(&id).or_else(|| self.previous.get(&id));
        min.copied()
    }

    fn next_generation(&mut self) {
        self.previous = mem::take(&mut self.recent);
        self.number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::MinVersions;

    #[test]
    fn a_version_below_the_minimum_is_rejected() {
        let min_versions = MinVersions::default();
        let generation = min_versions.generation();
        min_versions.raise([(7, 20)]);
        assert!(!min_versions.admits(7, 19, generation));
        assert!(
            !min_versions.admits(7, i64::MIN, generation),
            "it did not exist"
        );
        assert!(min_versions.admits(7, 20, generation));
        assert!(min_versions.admits(8, 1, generation));
    }

    #[test]
    fn a_minimum_is_never_lowered() {
        let min_versions = MinVersions::default();
        let generation = min_versions.generation();
        min_versions.raise([(7, 20)]);
        // The feed reports a lower version than a read observed before.
        min_versions.raise([(7, 19)]);
        assert!(!min_versions.admits(7, 19, generation));
    }

    #[test]
    fn a_minimum_outlives_the_reads_that_began_before_it() {
        let min_versions = MinVersions::default();
        let before = min_versions.generation();
        min_versions.raise([(7, 20)]);
        let mut version = 21;
        while min_versions.admits(1_000_000, version, before) {
            assert!(
                !min_versions.admits(7, 19, before),
                "after {version} changes"
            );
            min_versions.raise([(version, version)]);
            version += 1;
            assert!(version < 300_000, "reads are refused in the end");
        }
        assert!(min_versions.admits(1_000_000, version, min_versions.generation()));
    }

    #[test]
    fn clearing_rejects_the_reads_under_way() {
        let min_versions = MinVersions::default();
        let before = min_versions.generation();
        min_versions.raise([(7, 20)]);
        min_versions.clear();
        assert!(!min_versions.admits(7, 20, before));
        assert!(min_versions.admits(7, 1, min_versions.generation()));
    }
}
