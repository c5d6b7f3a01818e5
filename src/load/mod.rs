//! Loading: how the bytes of export files become checked rows for `COPY`.
//!
//! Reading is synchronous and streams: memory does not grow with the size of a file, except for
//! the sets of ids, which are bounded. No row vanishes silently: each line of a file ends up in a
//! row or in a [`report::Finding`]. Nothing here knows of a database connection.

mod blank;
mod notation;
mod numeric;
mod value;

pub mod chunk_reader;
pub mod copy_row;
pub mod csv;
pub mod error;
pub mod export_dir;
pub mod format;
pub mod order;
pub mod plausibility;
pub mod report;
pub mod rules;
pub mod validate;

#[cfg(test)]
mod tests;
