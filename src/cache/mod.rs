//! Documents in memory: finished bytes, kept fresh by the database's own feed of changes.
//!
//! Knows nothing of HTTP. Who asks gets an answer in time or an error: nothing here waits without bound.

mod batches;
mod catalogue;
mod categories;
mod check;
pub mod confirm;
mod contact;
pub mod documents;
pub mod encoding;
pub mod entry;
pub mod era;
pub mod etag;
pub mod feed;
mod feed_session;
mod fills;
mod floors;
mod gate;
mod index;
mod ledger;
pub mod loader;
mod map;
mod memory;
pub mod pages;
mod passes;
mod recent;
pub mod related;
pub mod searcher;
pub mod selection;
mod shelf;

/// Why documents cannot be had now.
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

#[cfg(test)]
mod model_database;
#[cfg(test)]
mod model_feed;
#[cfg(test)]
mod model_map;
#[cfg(test)]
mod model_world;
#[cfg(test)]
mod shelf_races;
