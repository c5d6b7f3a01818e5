//! Products that were asked for, and where they came from.

use std::{sync::Arc, time::Duration};

use crate::cache::entry::Entry;

/// Origin of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Memory.
    Hit,
    /// Memory while the database is away: stale for so long.
    Stale(Duration),
    /// The database.
    Miss,
    /// The database, since the entry in memory was outdated.
    Outdated,
    /// The database, since the request asked for that.
    Requested,
}

impl Source {
    /// Returns the origin of an answer of which other parts came from `other`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::Hit | Self::Stale(_) => other,
            Self::Miss | Self::Outdated | Self::Requested => self,
        }
    }
}

/// A product that was asked for.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its documents, or the knowledge that there are none.
    pub entry: Arc<Entry>,
    /// Origin of the entry.
    pub source: Source,
}
