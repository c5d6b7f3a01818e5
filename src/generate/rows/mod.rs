//! Rows of the files of a generated export, in the exact format of the real one.
//!
//! The plan decides on the number of rows.

pub(super) mod product;
pub(super) mod style;

use std::io;

use super::{file::RowFile, plan::ProductPlan};
use crate::load::format::ExportFile;

/// One of the files. It is written product by product, in the order of their ids.
pub(super) trait Rows {
    const FILE: ExportFile;
    /// The last line ends with a line break, which most files lack.
    const ENDS_WITH_LINE_BREAK: bool = false;

    fn new(seed: u64, products: u64) -> Self;

    /// Writes the rows of one product.
    fn product(&mut self, product: &ProductPlan, file: &mut RowFile) -> io::Result<()>;

    /// Completes the file after the last product.
    fn finish(&self, _file: &mut RowFile) {}
}
