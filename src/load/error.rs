//! Errors that stop the reading of an export. Faults of single rows are findings, not errors.

use std::{io, path::PathBuf};

use super::{csv::header::HeaderFault, validate::id_set::IdsTooScattered};

/// The remedy for a folder that is no export.
const EXPORT: &str = "an export is a folder with product.csv, features.csv, styles.csv, photos.csv, skus.csv and related.csv";

/// Reading an export cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The folder of the export does not exist or is something else.
    #[error("{} is not a folder: {EXPORT}", path.display())]
    NoFolder {
        /// The path that was given.
        path: PathBuf,
    },
    /// Files of the export do not exist.
    #[error("{} lacks {}: {EXPORT}", folder.display(), files.join(", "))]
    Missing {
        /// The folder of the export.
        folder: PathBuf,
        /// Names of the files.
        files: Vec<&'static str>,
    },
    /// A name of the export is taken by something else, for example a folder.
    #[error("{} is not a file: put the export's file in its place", path.display())]
    NotAFile {
        /// The path of the other thing.
        path: PathBuf,
    },
    /// The system failed to open or read a file.
    #[error("{}, line {line}: reading failed: check the disk and the file's permissions, then load again", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Line that was to be read; 1 if the file could not be opened.
        line: u64,
        /// The cause.
        source: io::Error,
    },
    /// A file has no line at all.
    #[error("{} is empty: it needs at least its header, \"{expected}\"; export it again", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// The header that it needs.
        expected: String,
    },
    /// A file has other columns than the format.
    #[error("{}, line {line}: {fault}; export the file with these columns, under these names, in this order", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// Line of the header.
        line: u64,
        /// Its fault.
        fault: Box<HeaderFault>,
    },
    /// Numbers of a file contradict each other.
    #[error("{}: line {comma_line} has a decimal comma or a point between thousands, so the point of the number in line {point_line} may separate thousands or decimals; export all numbers of the file with a decimal point and nothing else", path.display())]
    MixedSeparators {
        /// The file.
        path: PathBuf,
        /// Line of a number whose decimal separator is a comma.
        comma_line: u64,
        /// Line of a number with one point and three digits behind it.
        point_line: u64,
    },
    /// Texts of a file contradict each other.
    #[error("{}: line {escape_line} has backslash escapes, but a backslash in line {literal_line} was taken as it is; export the file with quotes doubled and backslashes as they are, as CSV has it", path.display())]
    MixedEscapes {
        /// The file.
        path: PathBuf,
        /// Line that is no record unless a backslash begins an escape.
        escape_line: u64,
        /// Earlier line with a backslash that could begin one.
        literal_line: u64,
    },
    /// The ids of a file do not fit into the memory reserved for them.
    #[error("{}, line {line}: {fault}; number the rows of the file more densely", path.display())]
    IdsTooScattered {
        /// The file.
        path: PathBuf,
        /// Line of the id that was one too many.
        line: u64,
        /// The limit.
        fault: IdsTooScattered,
    },
}
