//! Queries: responses about several products, all of one publication.

pub mod categories;
pub mod list;
pub mod related;
pub mod selection;
pub mod snapshot_reader;
