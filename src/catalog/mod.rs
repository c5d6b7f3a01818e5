//! Export files: writing them, and reading them into the source tables.

pub mod generate;

mod generate_fault;
mod generate_file;
mod generate_plan;
mod generate_rows;
mod generate_text;
mod generate_words;
mod random;
