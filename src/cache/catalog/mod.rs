//! Catalog index: the ids of all products and of each category, and the snapshot of it that is served.

pub mod category_index;
mod category_numbers;
pub mod ids;
pub mod index_writer;
pub mod snapshot;
