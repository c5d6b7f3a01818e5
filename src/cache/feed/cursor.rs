//! Cursor of the feed: the publication that is followed, and the position reached, with the catalog there.

use std::sync::{Arc, OnceLock};

use crate::{
    cache::{
        catalog::{index_writer::IndexWriter, snapshot::Snapshot},
        documents::Part,
        epoch::Epoch,
    },
    document::store::{Change, Head, Publication, Published},
};

/// Position in the feed, with the catalog at that position.
pub struct Cursor {
    pub publication: Publication,
    pub epoch: Epoch,
    pub position: i64,
    catalog: IndexWriter,
    categories: Arc<OnceLock<Part>>,
    /// Catalog for requests.
    pub is_served: bool,
}

impl Cursor {
    /// Starts where a publication left off, after `rewinds` of the feed.
    pub fn new(published: &Published, rewinds: u64) -> Self {
        let publication = published.publication;
        let groups = published.groups.iter();
        Self {
            publication,
            epoch: Epoch::new(publication.epoch, rewinds),
            position: publication.last_version,
            catalog: IndexWriter::new(groups.map(|group| (group.category.as_deref(), group.ids()))),
            categories: Arc::default(),
            is_served: false,
        }
    }

    /// Returns whether the feed may have reached `head`, given that documents up to `highest_read` were read.
    pub fn is_continued_by(&self, head: &Head, highest_read: i64) -> bool {
        self.publication == head.publication && self.position.max(highest_read) <= head.version
    }

    /// Applies changes to the catalog, in their order.
    pub fn advance(&mut self, changes: &[Change]) {
        let mut has_changed = false;
        for change in changes {
            has_changed |= if change.deleted {
                self.catalog.remove(change.product_id)
            } else {
                self.catalog
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
        self.catalog.index().products().total()
    }

    /// Returns a snapshot of the catalog for requests.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            epoch: self.epoch,
            position: self.position,
            index: self.catalog.index().clone(),
            categories: Arc::clone(&self.categories),
        }
    }
}
