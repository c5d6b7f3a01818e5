//! Audit: comparison of memory with the database.

pub mod check;
pub mod recent;
