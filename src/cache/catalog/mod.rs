//! Which products there are, and which of them are in each category.

pub(crate) mod category_index;
pub(crate) mod ids;

use std::{collections::BTreeMap, sync::Arc};

use crate::cache::catalog::ids::Index;

/// All products, and those of each category. Cheap to clone: what is changed afterwards is copied then.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    products: Arc<Index>,
    categories: Arc<BTreeMap<Arc<str>, Arc<Index>>>,
}

impl Catalogue {
    /// All products.
    #[must_use]
    pub fn products(&self) -> &Index {
        &self.products
    }

    /// The products of a category, if it has any.
    #[must_use]
    pub fn category(&self, name: &str) -> Option<&Index> {
        self.categories.get(name).map(Arc::as_ref)
    }

    /// The categories that have products, by name.
    pub fn categories(&self) -> impl Iterator<Item = (&str, &Index)> {
        let categories = self.categories.iter();
        categories.map(|(name, index)| (&**name, &**index))
    }

    /// Adds a product. Returns whether it is a new one.
    pub fn insert(&mut self, id: i64) -> bool {
        !self.products.contains(id) && Arc::make_mut(&mut self.products).insert(id)
    }

    /// Takes a product away that is in no category any more. Returns whether it was there.
    pub fn remove(&mut self, id: i64) -> bool {
        self.products.contains(id) && Arc::make_mut(&mut self.products).remove(id)
    }

    /// Puts a product into a category.
    pub fn enter(&mut self, category: &Arc<str>, id: i64) {
        let categories = Arc::make_mut(&mut self.categories);
        let index = categories.entry(Arc::clone(category)).or_default();
        Arc::make_mut(index).insert(id);
    }

    /// Takes a product out of a category. Returns whether that is empty now, and therefore gone.
    pub fn leave(&mut self, category: &str, id: i64) -> bool {
        let categories = Arc::make_mut(&mut self.categories);
        let Some(index) = categories.get_mut(category) else {
            return false;
        };
        let index = Arc::make_mut(index);
        index.remove(id);
        let is_empty = index.total() == 0;
        if is_empty {
            categories.remove(category);
        }
        is_empty
    }
}
