//! Reckons from measured costs what a demand needs: instances, dollars, and what breaks first.
//!
//! `cargo bench --bench scale` prints the tables of `docs/scale.md`; with `-- --write` it puts them into that page.
//! Nothing is measured here: what was, is in `costs.json`, and `benches/scale/measure` prints those costs that no other
//! benchmark does.

use std::{env, fs, process::ExitCode};

mod model;

use model::{
    page::filled,
    tables::{Basis, all},
};

/// The page.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scale.md");

#[expect(clippy::print_stdout, reason = "the tables are what this is for")]
fn main() -> ExitCode {
    let tables = all(&Basis::committed());
    if !env::args().any(|argument| argument == "--write") {
        for table in &tables {
            println!("{}\n\n{}", table.name, table.to_markdown());
        }
        return ExitCode::SUCCESS;
    }
    let page = fs::read_to_string(PAGE).map_err(|error| error.to_string());
    let written = page
        .and_then(|page| filled(&page, &tables))
        .and_then(|page| fs::write(PAGE, page).map_err(|error| error.to_string()));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{PAGE}: {error}");
            ExitCode::FAILURE
        }
    }
}
