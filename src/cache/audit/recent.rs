//! Products that changed last, where errors are most likely.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Maximum number of remembered products.
const CAPACITY: usize = 64;

/// Ids of the products that changed last.
#[derive(Debug, Default)]
pub struct RecentChanges {
    ids: Mutex<VecDeque<i64>>,
}

impl RecentChanges {
    /// Records a change.
    pub fn push(&self, id: i64) {
        let mut ids = self.lock();
        if ids.len() == CAPACITY {
            ids.pop_front();
        }
        ids.push_back(id);
    }

    /// Removes and returns at most `n` products, the latest first.
    pub fn last(&self, n: usize) -> Vec<i64> {
        let mut ids = self.lock();
        let n = n.min(ids.len());
        let end = ids.len();
        ids.drain(end - n..).rev().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<i64>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, RecentChanges};

    #[test]
    fn the_latest_products_come_first_and_once() {
        let recent = RecentChanges::default();
        (1..=3).for_each(|id| recent.push(id));
        assert_eq!(recent.last(2), [3, 2]);
        assert_eq!(recent.last(2), [1]);
        assert!(recent.last(2).is_empty());
    }

    #[test]
    fn the_number_of_remembered_products_is_limited() {
        let recent = RecentChanges::default();
        (0..1_000).for_each(|id| recent.push(id));
        assert_eq!(recent.last(usize::MAX).len(), CAPACITY);
    }
}
