//! Index writer: applies changes to the category index.

use std::{collections::HashMap, sync::Arc};

use slab::Slab;

use crate::cache::catalog::{category_index::CategoryIndex, category_numbers::CategoryNumbers};

/// Category index that can be changed. It knows the category of each product, so that a product that moves is not
/// searched in every category.
#[derive(Debug, Default)]
pub struct IndexWriter {
    index: CategoryIndex,
    /// Numbers of the products' categories: one more than their keys in `names`.
    numbers: CategoryNumbers,
    names: Slab<Arc<str>>,
    keys: HashMap<Arc<str>, usize>,
}

impl IndexWriter {
    /// Creates the index from groups of products of one category each.
    pub fn new<'a, I>(groups: impl IntoIterator<Item = (Option<&'a str>, I)>) -> Self
    where
        I: IntoIterator<Item = i64>,
    {
        let mut writer = Self::default();
        for (category, ids) in groups {
            for id in ids {
                writer.put(id, category);
            }
        }
        writer
    }

    /// Returns the index.
    pub fn index(&self) -> &CategoryIndex {
        &self.index
    }

    /// Puts a product into `category`. Returns whether it is new or was in another category.
    pub fn put(&mut self, id: i64, category: Option<&str>) -> bool {
        let Ok(product) = u64::try_from(id) else {
            return false;
        };
        if self.index.insert(id) {
            self.enter(product, id, category);
            return true;
        }
        let before = self.category(product);
        if before.as_deref() == category {
            return false;
        }
        self.leave(id, before);
        self.enter(product, id, category);
        true
    }

    /// Removes a product. Returns whether it was there.
    pub fn remove(&mut self, id: i64) -> bool {
        let Ok(product) = u64::try_from(id) else {
            return false;
        };
        if !self.index.remove(id) {
            return false;
        }
        self.leave(id, self.category(product));
        self.numbers.set(product, 0);
        true
    }

    /// Returns the category of a product, if it has one.
    fn category(&self, product: u64) -> Option<Arc<str>> {
        let key = self.numbers.get(product).checked_sub(1)?;
        Some(Arc::clone(&self.names[key]))
    }

    fn enter(&mut self, product: u64, id: i64, category: Option<&str>) {
        let number = category.map_or(0, |name| {
            let key = self.key(name);
            self.index.insert_into(&self.names[key], id);
            key + 1
        });
        self.numbers.set(product, number);
    }

    fn leave(&mut self, id: i64, category: Option<Arc<str>>) {
        let Some(name) = category else { return };
        if self.index.remove_from(&name, id) {
            let key = self.keys.remove(&name);
            self.names.remove(key.expect("every category has a key"));
        }
    }

    /// Returns the key of a category; a new one if this is its first product.
    fn key(&mut self, name: &str) -> usize {
        if let Some(key) = self.keys.get(name) {
            return *key;
        }
        let name: Arc<str> = name.into();
        let key = self.names.insert(Arc::clone(&name));
        self.keys.insert(name, key);
        key
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::IndexWriter;
    use crate::cache::catalog::category_index::CategoryIndex;

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

    fn assert_equal(index: &CategoryIndex, model: &BTreeMap<i64, Option<String>>) {
        let all: Vec<i64> = model.keys().copied().collect();
        assert_eq!(index.products().page(0, usize::MAX), all);
        let mut categories: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for (id, category) in model {
            if let Some(category) = category {
                categories.entry(category).or_default().push(*id);
            }
        }
        let found = index.categories();
        let found: BTreeMap<&str, Vec<i64>> = found
            .map(|(name, ids)| (name, ids.page(0, usize::MAX)))
            .collect();
        assert_eq!(found, categories);
    }

    proptest! {
        #[test]
        fn products_are_in_their_last_category(
            published in prop::collection::btree_map(any_id(), any_category(), 0..60),
            changes in prop::collection::vec((any_id(), prop::option::of(any_category())), 0..60),
        ) {
            let groups = || published.iter().map(|(id, category)| (category.as_deref(), [*id]));
            let mut writer = IndexWriter::new(groups());
            let mut model = published.clone();
            assert_equal(writer.index(), &model);
            let snapshot = writer.index().clone();
            for (id, change) in changes {
                let before = model.get(&id).cloned();
                let is_other = if let Some(category) = change {
                    let is_other = writer.put(id, category.as_deref());
                    model.insert(id, category);
                    is_other
                } else {
                    model.remove(&id);
                    writer.remove(id)
                };
                prop_assert_eq!(is_other, before.as_ref() != model.get(&id));
                assert_equal(writer.index(), &model);
            }
            // A clone that a request reads meanwhile does not change.
            let unchanged = IndexWriter::new(groups());
            prop_assert_eq!(&snapshot, unchanged.index());
        }
    }

    #[test]
    fn a_negative_id_is_no_product() {
        let mut writer = IndexWriter::new([(Some("A"), [-1])]);
        assert!(!writer.put(-7, None) && !writer.put(-7, Some("A")) && !writer.remove(-7));
        assert_eq!(writer.index().products().total(), 0);
    }
}
