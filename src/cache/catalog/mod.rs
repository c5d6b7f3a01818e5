//! Catalog index: the ids of all products and of each category, and the snapshot of it that is served.

pub mod category_index;
pub mod ids;
pub mod snapshot;
