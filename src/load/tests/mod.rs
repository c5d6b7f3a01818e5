//! Tests of reading whole files.

mod notations;
mod numbers;
mod open_quote;
mod properties;
mod reader;
mod rules;
