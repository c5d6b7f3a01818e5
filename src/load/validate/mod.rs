//! Checks of records against the format and against the ids of other files.

pub mod checker;
pub mod id_set;
