//! Export files: writing them, and reading them into the source tables.

pub mod generate;

#[cfg(test)]
mod generate_disk_tests;
mod generate_fault;
mod generate_file;
mod generate_kinds;
mod generate_plan;
mod generate_rows;
mod generate_style_rows;
#[cfg(test)]
mod generate_tests;
mod generate_text;
mod generate_words;
mod random;
