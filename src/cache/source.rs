//! Lookup results: products with their origin.

use std::{sync::Arc, time::Duration};

use crate::cache::entry::Entry;

/// Origin of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Memory.
    Hit,
    /// Memory while the database is away, stale for this time.
    Stale(Duration),
    /// The database.
    Miss,
    /// The database, because the entry in memory was outdated.
    Outdated,
    /// The database, because the request demanded it.
    Requested,
}

impl Source {
    /// Returns the origin of a response whose other parts came from `other`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::Hit | Self::Stale(_) => other,
            Self::Miss | Self::Outdated | Self::Requested => self,
        }
    }
}

/// Result of a lookup.
#[derive(Clone, Debug)]
pub struct Found {
    /// The documents or the absence of the product.
    pub entry: Arc<Entry>,
    /// Origin of the entry.
    pub source: Source,
}
