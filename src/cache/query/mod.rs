//! Answers made of one or several products.

pub(crate) mod categories;
pub(crate) mod list;
pub(crate) mod read_your_writes;
pub(crate) mod related;
pub(crate) mod selection;
