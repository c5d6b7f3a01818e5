//! From the bytes of an export file to records of cells.

mod dialect;
mod fields;
mod lines;
mod open_quote;

pub mod header;
pub mod reader;
pub mod record;
