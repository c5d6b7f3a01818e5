//! The rows of the files of a generated export, in the exact format of the real one.
//!
//! Rows are pushed byte by byte into one buffer: at 25 million of them a `format!` would take longer
//! than the disk. How many rows there are is the plan's business.

pub(super) mod product;
pub(super) mod style;

use std::io;

use super::{file::RowFile, plan::ProductPlan};

/// What every file of one export has in common.
#[derive(Clone, Copy)]
pub(super) struct Catalogue {
    pub(super) seed: u64,
    pub(super) products: u64,
}

/// One of the files, written product by product in the order of their ids.
pub(super) trait Rows {
    /// The name of the file.
    const NAME: &'static str;
    /// Its first line.
    const HEADER: &'static str;
    /// Whether its last line is ended, too. Most are not.
    const ENDS_WITH_LINE_BREAK: bool = false;

    fn new(catalogue: Catalogue) -> Self;

    /// Writes the rows of one product.
    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()>;

    /// Completes the file after the last product.
    fn finish(&self, _file: &mut RowFile) {}
}
