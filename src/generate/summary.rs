//! Contents of a written export, in numbers.

use super::faults::FaultCounts;

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSummary {
    /// Its name in the folder.
    pub name: &'static str,
    /// Rows without the header.
    pub rows: u64,
    /// Its size in bytes.
    pub bytes: u64,
}

/// An export that was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The six files, parents before children.
    pub files: Vec<FileSummary>,
    /// Number of faults of each kind, in all files together.
    pub faults: FaultCounts,
}
