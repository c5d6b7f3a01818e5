//! Sorted set of product ids in memory, from which pages are cut.

use roaring::RoaringTreemap;

/// Ids of products, ascending.
///
/// Finding a page visits each block of 65,536 ids before it, a few nanoseconds each. So the last page costs about what
/// the first one does, whatever gaps the ids have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProductIds {
    ids: RoaringTreemap,
}

impl ProductIds {
    /// Returns the number of products.
    pub fn total(&self) -> u64 {
        self.ids.len()
    }

    /// Returns whether the set has this id.
    pub fn contains(&self, id: i64) -> bool {
        u64::try_from(id).is_ok_and(|id| self.ids.contains(id))
    }

    /// Returns the `count` ids after the first `offset`.
    pub fn page(&self, offset: u64, count: usize) -> Vec<i64> {
        let first = self.ids.select(offset);
        first.map_or_else(Vec::new, |first| self.starting_at(first, count))
    }

    /// Returns the next `count` ids after `id`.
    pub fn after(&self, id: i64, count: usize) -> Vec<i64> {
        self.starting_at(u64::try_from(id).map_or(0, |id| id + 1), count)
    }

    /// Returns at most `count` ids, starting with the smallest that is not below `first`.
    fn starting_at(&self, first: u64, count: usize) -> Vec<i64> {
        let mut ids = self.ids.iter();
        ids.advance_to(first);
        let total = usize::try_from(self.total()).unwrap_or(usize::MAX);
        let mut page = Vec::with_capacity(count.min(total));
        // One by one: `collect` would ask for a size hint, which counts all blocks after them.
        for id in ids.take(count) {
            page.push(id.cast_signed());
        }
        page
    }

    /// Adds a product. Returns whether it is new. Ignores negative ids, which no URL can name.
    pub fn insert(&mut self, id: i64) -> bool {
        u64::try_from(id).is_ok_and(|id| self.ids.insert(id))
    }

    /// Removes a product. Returns whether it was there.
    pub fn remove(&mut self, id: i64) -> bool {
        u64::try_from(id).is_ok_and(|id| self.ids.remove(id))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};

    use super::ProductIds;

    /// Ids as they occur: dense at the start, with gaps, and a few far away.
    fn ids() -> impl Strategy<Value = Vec<i64>> {
        prop::collection::vec(
            prop::strategy::Union::new([
                (0..300_i64).boxed(),
                (0..1_000_000_i64).boxed(),
                (0..i64::MAX).boxed(),
            ]),
            0..400,
        )
    }

    fn set(ids: impl IntoIterator<Item = i64>) -> ProductIds {
        let mut set = ProductIds::default();
        for id in ids {
            set.insert(id);
        }
        set
    }

    proptest! {
        #[test]
        fn a_page_equals_a_slice_of_a_sorted_list(
            present in ids(),
            changes in prop::collection::vec((ids(), any::<bool>()), 0..3),
            offset in 0..500_usize,
            count in 0..200_usize,
        ) {
            let mut model: BTreeSet<i64> = present.iter().copied().collect();
            let mut set = set(present);
            for (ids, is_insert) in changes {
                for id in ids {
                    if is_insert {
                        model.insert(id);
                        set.insert(id);
                    } else {
                        model.remove(&id);
                        set.remove(id);
                    }
                }
            }
            let expected: Vec<i64> = model.iter().copied().skip(offset).take(count).collect();
            let before = offset.checked_sub(1).map(|last| model.iter().nth(last).copied());
            if let Some(Some(last)) = before {
                prop_assert!(set.contains(last) && !set.contains(-1));
                prop_assert_eq!(&set.after(last, count), &expected);
            }
            prop_assert_eq!(set.page(offset as u64, count), expected);
            prop_assert_eq!(set.total(), model.len() as u64);
        }
    }

    #[test]
    fn a_page_beyond_the_last_is_empty() {
        let set = set([3, 1, 2]);
        assert_eq!(set.page(2, 5), [3]);
        assert!(set.page(3, 5).is_empty());
        assert!(set.page(u64::MAX, usize::MAX).is_empty());
    }

    #[test]
    fn after_an_id_come_larger_ids_even_if_it_is_missing() {
        let set = set([2, 5, i64::MAX]);
        for (id, next) in [
            (-7, &[2, 5][..]),
            (0, &[2, 5]),
            (2, &[5, i64::MAX]),
            (4, &[5, i64::MAX]),
            (5, &[i64::MAX]),
            (i64::MAX, &[]),
        ] {
            assert_eq!(set.after(id, 2), next, "{id}");
        }
    }

    #[test]
    fn a_negative_id_is_no_product() {
        assert_eq!(set([-1, 0]).page(0, 5), [0]);
    }
}
