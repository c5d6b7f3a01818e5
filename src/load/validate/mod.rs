//! Checks of records against the format and against the ids of other files.

mod numbers;
mod texts;

pub mod checker;
pub mod fault;
pub mod id_set;
