//! Other notations of the same values: those of countries, spreadsheets and databases.
//!
//! Nothing here is on the way of a value in the plain notation. A value that could mean two things is never guessed.

pub(super) mod currency;
pub(super) mod escapes;
pub(super) mod number;
pub(super) mod words;
pub(super) mod wrapped;
