//! Which products a list shall have, and which those are.

use crate::cache::{catalog::ids::Index, documents::Snapshot, entry::Documents};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// A part of all products or of a category, in the order of their ids.
    Slice(Slice),
    /// These products, in this order.
    Ids(Vec<i64>),
    /// A part of what is found by these words, the best first.
    Search(String, Slice),
}

/// So many products from somewhere on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Only products of this category.
    pub category: Option<String>,
    /// Where it starts.
    pub start: Start,
    /// Products in it.
    pub count: usize,
}

/// Where a slice starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// After so many products.
    Offset(u64),
    /// After this id.
    After(i64),
}

/// The products that were selected.
pub(crate) struct Selected {
    pub ids: Vec<i64>,
    /// Products to select from, if there are more than are selected.
    pub total: Option<u64>,
    /// Where the next slice starts, if there is anything in it.
    pub next: Option<Start>,
}

impl Snapshot {
    /// The products of `selection` that there are; a search finds none here.
    pub fn select(&self, selection: &Selection) -> Selected {
        match selection {
            Selection::Search(..) => Selected::nothing(),
            Selection::Slice(slice) => {
                let index = match &slice.category {
                    None => Some(self.catalogue.products()),
                    Some(name) => self.catalogue.category(name),
                };
                index.map_or_else(Selected::nothing, |index| slice.of(index))
            }
            Selection::Ids(ids) => {
                let products = self.catalogue.products();
                let known = ids.iter().copied().filter(|id| products.contains(*id));
                Selected {
                    ids: known.collect(),
                    total: None,
                    next: None,
                }
            }
        }
    }
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
    /// Whether a product with these documents may be in it.
    pub(crate) fn admits(&self, documents: Option<&Documents>) -> bool {
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
    /// This part of what was found.
    pub(crate) fn of_found(&self, ids: &[i64]) -> Selected {
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

    fn of(&self, index: &Index) -> Selected {
        // One more tells whether there is a next slice.
        let count = self.count.saturating_add(1);
        let mut ids = match self.start {
            Start::Offset(offset) => index.page(offset, count),
            Start::After(id) => index.after(id, count),
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
            total: Some(index.total()),
            next,
        }
    }
}
