//! Queries: answers made of several products, each of one publication.

pub mod categories;
pub mod list;
pub mod related;
pub mod selection;
pub mod snapshot_reader;
