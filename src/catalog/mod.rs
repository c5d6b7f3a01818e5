//! Export files: what they look like, and how their bytes become checked rows for `COPY`.
//!
//! Reading is synchronous and streams: memory does not grow with the size of a file, except for
//! the sets of ids, which are bounded. No row vanishes silently: each line of a file ends up in a
//! row or in a [`report::Finding`]. Only [`copy`] knows of a database connection.

mod fields;
mod generate_fault;
mod generate_file;
mod generate_kinds;
mod generate_plan;
mod generate_rows;
mod generate_style_rows;
mod generate_text;
mod generate_words;
mod lines;
mod numeric;
mod open_quote;
mod random;
mod value;

pub mod checker;
pub mod chunks;
pub mod copy;
pub mod error;
pub mod export;
pub mod format;
pub mod generate;
pub mod header;
pub mod id_set;
pub mod reader;
pub mod record;
pub mod report;
pub mod row;
pub mod rules;
#[expect(missing_docs, reason = "generated")]
pub mod schema;

#[cfg(test)]
mod generate_disk_tests;
#[cfg(test)]
mod generate_tests;
#[cfg(test)]
mod open_quote_cases;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod reader_cases;
#[cfg(test)]
mod rule_cases;
