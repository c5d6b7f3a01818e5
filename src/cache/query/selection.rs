//! Selections: the products that a list asks for.

use crate::cache::{
    catalog::{category_index::CategoryIndex, ids::ProductIds},
    documents::Documents,
};

/// Selection of products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Part of all products or of a category, in the order of their ids.
    Slice(Slice),
    /// These products, in this order.
    Ids(Vec<i64>),
    /// Part of the products that match these words, the best first.
    Search(String, Slice),
}

/// Number of products from a start on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Category to restrict the selection to.
    pub category: Option<String>,
    /// Start of the slice.
    pub start: Start,
    /// Maximum number of products in it.
    pub count: usize,
}

/// Start of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Number of products before it.
    Offset(u64),
    /// The id before it.
    After(i64),
}

/// Products that were selected.
pub struct Selected {
    pub ids: Vec<i64>,
    /// Number of products that were selected from; `None` for a selection by ids.
    pub total: Option<u64>,
    /// Start of the next slice, unless that would be empty.
    pub next: Option<Start>,
}

impl Selected {
    fn nothing() -> Self {
        Self {
            ids: Vec::new(),
            total: Some(0),
            next: None,
        }
    }
}

impl Selection {
    /// Selects products of `index`. A search selects none here.
    pub(in crate::cache) fn of(&self, index: &CategoryIndex) -> Selected {
        match self {
            Self::Search(..) => Selected::nothing(),
            Self::Slice(slice) => {
                let ids = match &slice.category {
                    None => Some(index.products()),
                    Some(name) => index.category(name),
                };
                ids.map_or_else(Selected::nothing, |ids| slice.of(ids))
            }
            Self::Ids(ids) => {
                let known = |id: &i64| index.products().contains(*id);
                Selected {
                    ids: ids.iter().copied().filter(known).collect(),
                    total: None,
                    next: None,
                }
            }
        }
    }

    /// Returns whether a product with these documents may be in the selection.
    pub(in crate::cache) fn admits(&self, documents: Option<&Documents>) -> bool {
        match self {
            Self::Slice(Slice {
                category: Some(name),
                ..
            }) => documents.and_then(Documents::category).as_ref() == Some(name),
            _ => true,
        }
    }
}

impl Slice {
    /// Cuts this slice out of the found products.
    pub(in crate::cache) fn of_found(&self, ids: &[i64]) -> Selected {
        let Start::Offset(offset) = self.start else {
            return Selected::nothing();
        };
        let first = usize::try_from(offset).unwrap_or(usize::MAX).min(ids.len());
        let end = first.saturating_add(self.count).min(ids.len());
        Selected {
            ids: ids[first..end].to_vec(),
            total: Some(ids.len() as u64),
            next: (end < ids.len()).then(|| Start::Offset(offset + self.count as u64)),
        }
    }

    fn of(&self, products: &ProductIds) -> Selected {
        // One more product shows that there is a next slice.
        let count = self.count.saturating_add(1);
        let mut ids = match self.start {
            Start::Offset(offset) => products.page(offset, count),
            Start::After(id) => products.after(id, count),
        };
        let has_more = ids.len() > self.count;
        ids.truncate(self.count);
        let next = ids
            .last()
            .filter(|_| has_more)
            .map(|last| match self.start {
                Start::Offset(offset) => Start::Offset(offset + self.count as u64),
                Start::After(_) => Start::After(*last),
            });
        Selected {
            ids,
            total: Some(products.total()),
            next,
        }
    }
}
