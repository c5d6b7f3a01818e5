//! Tests of reading whole files.

mod open_quote;
mod properties;
mod reader;
mod rules;
