//! Table of results.

/// Rows of subject, target, measured value.
#[derive(Default)]
pub struct Table {
    rows: Vec<[String; 3]>,
}

impl Table {
    /// Adds a row.
    pub fn row(&mut self, what: &str, target: &str, measured: String) {
        eprintln!("{what}: {measured}");
        self.rows
            .push([what.to_owned(), target.to_owned(), measured]);
    }

    /// Adds a row with a mark that says whether the target is met.
    pub fn judged(&mut self, what: &str, target: &str, is_met: bool, measured: &str) {
        let mark = if is_met { "✓" } else { "falls short:" };
        self.row(what, target, format!("{mark} {measured}"));
    }

    /// Prints the rows as a Markdown table, whose last column is named `measured`.
    #[expect(
        clippy::print_stdout,
        reason = "the table is what the benchmark is for"
    )]
    pub fn print(&self, products: u64, measured: &str) {
        println!("\n{products} products\n\n| what | target | {measured} |\n| --- | --- | --- |");
        for [what, target, measured] in &self.rows {
            println!("| {what} | {target} | {measured} |");
        }
    }
}
