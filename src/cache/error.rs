//! Reasons why documents are not available.

/// Reason why documents are not available now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CacheError {
    /// Too many products wait for being loaded.
    #[error("too many products are waiting for being loaded")]
    Overloaded,
    /// What was asked for is still being composed.
    #[error("a change is still being composed")]
    Pending,
    /// What was searched for takes longer to find than it may.
    #[error("the search takes too long")]
    SlowSearch,
    /// The database does not answer, or not in time.
    #[error("the documents cannot be read now")]
    Unavailable,
}
