//! Cursor of the feed: the publication that is followed, the position reached, and the catalog there.

use std::sync::{Arc, OnceLock};

use crate::{
    cache::{
        catalog::{category_index::CategoryIndex, snapshot::Snapshot},
        documents::Part,
        epoch::Epoch,
    },
    document::store::{Change, Head, Publication, Published},
};

/// Position in the feed, with the catalog as of that position.
pub struct Cursor {
    pub publication: Publication,
    pub epoch: Epoch,
    pub position: i64,
    index: CategoryIndex,
    categories: Arc<OnceLock<Part>>,
    /// Requests are answered from it.
    pub is_served: bool,
}

impl Cursor {
    /// Begins where a publication left off, after `rewinds` of the feed.
    pub fn new(published: &Published, rewinds: u64) -> Self {
        let publication = published.publication;
        let groups = published.groups.iter();
        Self {
            publication,
            epoch: Epoch::new(publication.epoch, rewinds),
            position: publication.last_version,
            index: CategoryIndex::new(groups.map(|group| (group.category.as_deref(), group.ids()))),
            categories: Arc::default(),
            is_served: false,
        }
    }

    /// Tells that the feed may have become `head` since, with documents read up to `highest_read`.
    pub fn is_continued_by(&self, head: &Head, highest_read: i64) -> bool {
        self.publication == head.publication && self.position.max(highest_read) <= head.version
    }

    /// Brings the catalog up to date with changes, given in their order.
    pub fn advance(&mut self, changes: &[Change]) {
        let mut has_changed = false;
        for change in changes {
            has_changed |= if change.deleted {
                self.index.remove(change.product_id)
            } else {
                self.index
                    .put(change.product_id, change.category.as_deref())
            };
            self.position = change.version;
        }
        if has_changed {
            self.categories = Arc::default();
        }
    }

    /// Returns the number of products in the catalog.
    pub fn n_products(&self) -> u64 {
        self.index.products().total()
    }

    /// Returns the catalog as of the position, for requests.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            epoch: self.epoch,
            position: self.position,
            index: self.index.clone(),
            categories: Arc::clone(&self.categories),
        }
    }
}
