//! Documents in memory: finished bytes, kept fresh by the database's own feed of changes.
//!
//! Who asks gets an answer in time or an error: nothing here waits without bound. The files of this module import
//! from the file that defines a name; the names below are for those outside.

mod audit;
mod catalog;
mod documents;
mod encoding;
mod entry;
mod epoch;
mod error;
mod etag;
mod feed;
mod fetch;
mod map;
mod memory;
mod min_versions;
mod query;
mod searcher;
mod store;

pub use documents::{DocumentCache, Found, Source};
pub use encoding::{Encoding, INLINE_BYTES};
pub use entry::{Content, Document, Documents, Encoded, Entry, Kind, Part};
pub use epoch::Era;
pub use error::CacheError;
pub use etag::etag;
pub use feed::Feed;
pub use fetch::loader::Workers;
pub use query::{
    list::Page,
    read_your_writes::Confirmer,
    related::WithRelated,
    selection::{Selection, Slice, Start},
};
pub use searcher::Searcher;

#[cfg(test)]
mod model;
