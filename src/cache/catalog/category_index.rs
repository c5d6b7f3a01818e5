//! Index of the catalog: all products, and those of each category.

use std::{collections::BTreeMap, sync::Arc};

use crate::cache::catalog::ids::ProductIds;

/// All products, each in at most one category. Cheap to clone: a later change copies the part that it changes.
///
/// [`IndexWriter`](super::index_writer::IndexWriter) keeps both parts consistent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CategoryIndex {
    products: Arc<ProductIds>,
    categories: Arc<BTreeMap<Arc<str>, Arc<ProductIds>>>,
}

impl CategoryIndex {
    /// Returns all products.
    pub fn products(&self) -> &ProductIds {
        &self.products
    }

    /// Returns the products of a category, if it has any.
    pub fn category(&self, name: &str) -> Option<&ProductIds> {
        self.categories.get(name).map(Arc::as_ref)
    }

    /// Returns the categories that have products, by name.
    pub fn categories(&self) -> impl Iterator<Item = (&str, &ProductIds)> {
        let categories = self.categories.iter();
        categories.map(|(name, ids)| (&**name, &**ids))
    }

    /// Adds a product, to no category yet. Returns whether it is new.
    pub(super) fn insert(&mut self, id: i64) -> bool {
        !self.products.contains(id) && Arc::make_mut(&mut self.products).insert(id)
    }

    /// Removes a product, but not from its category. Returns whether it was there.
    pub(super) fn remove(&mut self, id: i64) -> bool {
        self.products.contains(id) && Arc::make_mut(&mut self.products).remove(id)
    }

    /// Adds a product to a category.
    pub(super) fn insert_into(&mut self, category: &Arc<str>, id: i64) {
        let categories = Arc::make_mut(&mut self.categories);
        let ids = categories.entry(Arc::clone(category)).or_default();
        Arc::make_mut(ids).insert(id);
    }

    /// Removes a product from a category. Returns whether that has become empty and is gone.
    pub(super) fn remove_from(&mut self, category: &str, id: i64) -> bool {
        let categories = Arc::make_mut(&mut self.categories);
        let Some(ids) = categories.get_mut(category) else {
            return false;
        };
        Arc::make_mut(ids).remove(id);
        let is_empty = ids.total() == 0;
        if is_empty {
            categories.remove(category);
        }
        is_empty
    }
}
