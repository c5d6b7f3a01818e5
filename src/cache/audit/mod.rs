//! Comparison of memory with the database.

pub(crate) mod check;
pub(crate) mod recent;
