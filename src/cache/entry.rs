//! Entry of one product in the cache.

use std::time::{Duration, Instant};

use crate::{
    cache::{documents::Documents, epoch::Epoch, memory},
    document::store::ProductDocument,
};

/// Entry of one product: its documents, or its absence.
#[derive(Debug)]
pub struct Entry {
    /// The product.
    pub product_id: i64,
    /// Epoch in which it was read.
    pub epoch: Epoch,
    /// Position in the feed; the lowest number for a product that never had one.
    pub version: i64,
    /// Documents or absence.
    pub content: Content,
}

/// Content of an [`Entry`].
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all entries have documents, which a hit finds sooner without a box"
)]
pub enum Content {
    /// The product has documents.
    Live(Documents),
    /// The product does not exist.
    Absent {
        /// Time after which the database is asked again.
        until: Instant,
    },
}

impl Entry {
    /// Creates the entry of a row that was read in `epoch`.
    ///
    /// A product without documents counts as absent for `negative_ttl`.
    #[must_use]
    pub fn from_row(row: ProductDocument, epoch: Epoch, negative_ttl: Duration) -> Self {
        let (product_id, version) = (row.product_id, row.version);
        let content = Documents::from_row(row)
            .map_or_else(|| Content::absent_for(negative_ttl), Content::Live);
        Self {
            product_id,
            epoch,
            version,
            content,
        }
    }

    /// Creates the entry of a product without a row.
    #[must_use]
    pub fn absent(product_id: i64, epoch: Epoch, negative_ttl: Duration) -> Self {
        Self {
            product_id,
            epoch,
            version: i64::MIN,
            content: Content::absent_for(negative_ttl),
        }
    }

    /// Returns the documents, if the product exists.
    #[must_use]
    pub fn documents(&self) -> Option<&Documents> {
        match &self.content {
            Content::Live(documents) => Some(documents),
            Content::Absent { .. } => None,
        }
    }

    /// Returns whether this is an absence that has expired.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        matches!(self.content, Content::Absent { until } if until <= Instant::now())
    }

    /// Returns the memory of the entry in bytes, with the encodings created so far and the map's own overhead.
    #[must_use]
    pub fn weight(&self) -> usize {
        let documents = self.documents().map_or(0, Documents::weight);
        memory::with_gaps(memory::shared::<Self>() + memory::CACHE_ENTRY_BYTES + documents)
    }
}

impl Content {
    fn absent_for(time_to_live: Duration) -> Self {
        Self::Absent {
            until: Instant::now() + time_to_live,
        }
    }
}
