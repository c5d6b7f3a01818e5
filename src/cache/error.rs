//! Reasons why documents cannot be returned.

use crate::search::cache::SearchError;

/// Reason why documents cannot be returned now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CacheError {
    /// The queue that the request needs is full.
    #[error("the queue is full")]
    Overloaded,
    /// A change that the request must see is still being composed.
    #[error("a change is still being composed")]
    Pending,
    /// The search takes too long.
    #[error("the search takes too long")]
    SlowSearch,
    /// The database does not answer in time.
    #[error("the documents cannot be read now")]
    Unavailable,
    /// A stored document does not have the form that its schema promises.
    #[error("a stored document cannot be read")]
    MalformedDocument,
}

impl From<SearchError> for CacheError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Overloaded => Self::Overloaded,
            SearchError::TooSlow => Self::SlowSearch,
            SearchError::Unavailable => Self::Unavailable,
        }
    }
}
