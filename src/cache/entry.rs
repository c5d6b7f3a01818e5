//! Entry of one product in the cache.

use std::time::{Duration, Instant};

use crate::{
    cache::{documents::Documents, epoch::Epoch, memory},
    document::store::ProductDocument,
};

/// One product: its documents, or the knowledge that there are none.
#[derive(Debug)]
pub struct Entry {
    /// The product.
    pub product_id: i64,
    /// Epoch that it was read in.
    pub epoch: Epoch,
    /// Position in the feed; the lowest number if the product never had one.
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
    /// The product does not exist, and that is believed until then.
    Absent {
        /// Time to ask again.
        until: Instant,
    },
}

impl Entry {
    /// Makes the entry of a row that was read in `epoch`.
    ///
    /// A product without documents is believed to be absent for `negative_ttl`.
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

    /// Makes the entry of a product without a row.
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

    /// Tells that this is an absence which is too old to be believed.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        matches!(self.content, Content::Absent { until } if until <= Instant::now())
    }

    /// Returns the memory that it takes, in bytes, with the encodings made so far and the cache's own share.
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
