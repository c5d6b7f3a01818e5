//! The catalogue as the feed keeps it: it knows where each product was, too.

use std::{
    collections::{HashMap, hash_map::Entry as Slot},
    mem,
    sync::Arc,
};

use slab::Slab;

use crate::cache::catalog::Catalogue;

/// A catalogue, and the category that each of its products is in.
#[derive(Default)]
pub(crate) struct Ledger {
    catalogue: Catalogue,
    places: Places,
    names: Slab<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

/// The number of the category of each product that is in one, eight bytes for each: by blocks of 65,536 ids.
#[derive(Default)]
struct Places {
    blocks: HashMap<i64, Vec<(u16, u32)>>,
}

impl Ledger {
    /// Makes the ledger of products that come in groups of one category each.
    pub fn new<'a, I>(groups: impl IntoIterator<Item = (Option<&'a str>, I)>) -> Self
    where
        I: IntoIterator<Item = i64>,
    {
        let mut ledger = Self::default();
        for (category, ids) in groups {
            let number = category.map(|name| ledger.number(name));
            // Negative ids are no products: no URL names them.
            for id in ids.into_iter().filter(|id| *id >= 0) {
                ledger.catalogue.insert(id);
                if let Some(number) = number {
                    ledger.enter(number, id);
                    ledger.places.push(id, number);
                }
            }
        }
        ledger.places.sort();
        ledger
    }

    /// What requests look at.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Notes that there is a product, in `category`. Returns whether it is new, or was elsewhere.
    pub fn put(&mut self, id: i64, category: Option<&str>) -> bool {
        if id < 0 {
            return false;
        }
        let number = category.map(|name| self.number(name));
        let former = self.places.replace(id, number);
        if former != number {
            if let Some(former) = former {
                self.leave(former, id);
            }
            if let Some(number) = number {
                self.enter(number, id);
            }
        }
        self.catalogue.insert(id) || former != number
    }

    /// Notes that there is no such product. Returns whether there was.
    pub fn remove(&mut self, id: i64) -> bool {
        if let Some(former) = self.places.replace(id, None) {
            self.leave(former, id);
        }
        self.catalogue.remove(id)
    }

    /// The number of a category: a new one if it has none.
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let name: Arc<str> = name.into();
        let number = self.names.insert(Arc::clone(&name));
        let number = u32::try_from(number).expect("there is less memory than that");
        self.numbers.insert(name, number);
        number
    }

    fn enter(&mut self, number: u32, id: i64) {
        self.catalogue.enter(&self.names[number as usize], id);
    }

    fn leave(&mut self, number: u32, id: i64) {
        let is_gone = self.catalogue.leave(&self.names[number as usize], id);
        if is_gone {
            let name = self.names.remove(number as usize);
            self.numbers.remove(&name);
        }
    }
}

impl Places {
    /// Adds one that is not there. Afterwards they must be sorted.
    fn push(&mut self, id: i64, number: u32) {
        let (block, offset) = split(id);
        self.blocks.entry(block).or_default().push((offset, number));
    }

    fn sort(&mut self) {
        for block in self.blocks.values_mut() {
            block.sort_unstable();
            block.shrink_to_fit();
        }
    }

    /// Sets the number of a product, or forgets it, and returns the one from before.
    fn replace(&mut self, id: i64, number: Option<u32>) -> Option<u32> {
        let (block, offset) = split(id);
        let slot = self.blocks.entry(block);
        let Slot::Occupied(mut slot) = slot else {
            if let Some(number) = number {
                slot.or_default().push((offset, number));
            }
            return None;
        };
        let block = slot.get_mut();
        let found = block.binary_search_by_key(&offset, |(offset, _)| *offset);
        let former = match (found, number) {
            (Ok(at), Some(number)) => Some(mem::replace(&mut block[at].1, number)),
            (Ok(at), None) => Some(block.remove(at).1),
            (Err(at), Some(number)) => {
                block.insert(at, (offset, number));
                None
            }
            (Err(_), None) => None,
        };
        if block.is_empty() {
            slot.remove();
        }
        former
    }
}

/// The block of an id, and its place there.
fn split(id: i64) -> (i64, u16) {
    let offset = u16::try_from(id & 0xffff).expect("sixteen bits");
    (id >> 16, offset)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::Ledger;

    /// Ids as they occur: dense, with gaps, and a few far away.
    fn any_id() -> impl Strategy<Value = i64> {
        prop_oneof![8 => 0..40_i64, 2 => 65_530..65_550_i64, 1 => 0..i64::MAX]
    }

    fn any_category() -> impl Strategy<Value = Option<String>> {
        prop_oneof![
            Just(None),
            "[A-C]".prop_map(Some),
            Just(Some(String::new()))
        ]
    }

    fn assert_equal(ledger: &Ledger, model: &BTreeMap<i64, Option<String>>) {
        let catalogue = ledger.catalogue();
        let all: Vec<i64> = model.keys().copied().collect();
        assert_eq!(catalogue.products().page(0, usize::MAX), all);
        let mut categories: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for (id, category) in model {
            if let Some(category) = category {
                categories.entry(category).or_default().push(*id);
            }
        }
        let found = catalogue.categories();
        let found: BTreeMap<&str, Vec<i64>> = found
            .map(|(name, index)| (name, index.page(0, usize::MAX)))
            .collect();
        assert_eq!(found, categories);
        assert_eq!(ledger.names.len(), categories.len(), "names are let go");
        assert_eq!(ledger.numbers.len(), categories.len());
    }

    proptest! {
        #[test]
        fn products_are_where_they_were_put_last(
            published in prop::collection::btree_map(any_id(), any_category(), 0..60),
            changes in prop::collection::vec((any_id(), prop::option::of(any_category())), 0..60),
        ) {
            let groups = || published.iter().map(|(id, category)| (category.as_deref(), [*id]));
            let mut ledger = Ledger::new(groups());
            let mut model = published.clone();
            assert_equal(&ledger, &model);
            let before = ledger.catalogue().clone();
            for (id, change) in changes {
                let before = model.get(&id).cloned();
                let is_other = if let Some(category) = change {
                    let is_other = ledger.put(id, category.as_deref());
                    model.insert(id, category);
                    is_other
                } else {
                    model.remove(&id);
                    ledger.remove(id)
                };
                prop_assert_eq!(is_other, before.as_ref() != model.get(&id));
                assert_equal(&ledger, &model);
            }
            // What requests look at meanwhile stays as it was.
            let unchanged = Ledger::new(groups());
            prop_assert_eq!(&before, unchanged.catalogue());
        }
    }

    #[test]
    fn a_negative_id_is_no_product() {
        let mut ledger = Ledger::new([(Some("A"), [-1])]);
        assert!(!ledger.put(-7, None) && !ledger.put(-7, Some("A")) && !ledger.remove(-7));
        assert_eq!(ledger.catalogue().products().total(), 0);
    }
}
