//! Turns one export file into chunks: rows for a binary `COPY`, and findings.
//!
//! Made for a thread that may block: each chunk is a piece of work of a few milliseconds, owns what
//! it has and is small, so that a short channel of them to the database bounds the memory.

use std::{fs::File, io::Read, mem, path::PathBuf, sync::Arc};

use super::{
    csv::{reader::RecordReader, record::Item},
    error::ReadError,
    format::ExportFile,
    report::Finding,
    rules::{Action, Rule},
    validate::{
        checker::{Outcome, RowChecker},
        fault::{Fault, FileFault},
        id_set::IdSet,
    },
};

/// Bytes of encoded rows after which a chunk ends.
pub const CHUNK_BYTES: usize = 1024 * 1024;
/// Findings after which a chunk ends, so that a file with nothing but faults takes no more memory.
pub const CHUNK_FINDINGS: usize = 4096;

/// Room for the row with which a chunk ends, unless it is a long one.
const ROW_ROOM: usize = 16 * 1024;

/// The rows and findings of a piece of a file.
#[derive(Debug)]
pub struct Chunk {
    /// Accepted rows as tuples of a binary `COPY`, without its header and trailer. May be empty.
    pub rows: Vec<u8>,
    /// Findings in this piece, in the order of the file.
    pub findings: Vec<Finding>,
    /// Position in the file behind this chunk.
    pub progress: Progress,
}

/// A position in a file: numbers since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read.
    pub bytes: u64,
    /// Rows accepted, repaired ones included.
    pub rows: u64,
    /// Rows accepted after a repair; a row with two repairs counts once and has two findings.
    pub repaired: u64,
    /// Records rejected, each with one finding that says so.
    pub rejected: u64,
    /// Lines with nothing but blanks, which are skipped.
    pub blank_lines: u64,
}

/// Reads one file of an export.
pub struct ChunkReader<R = File> {
    file: ExportFile,
    records: RecordReader<R>,
    checker: RowChecker,
    progress: Progress,
    /// The separator is still to be reported.
    is_new: bool,
}

impl<R: Read> ChunkReader<R> {
    /// Reads the header of `file`, whose bytes `source` has; `path` is for messages.
    ///
    /// # Errors
    ///
    /// As [`RecordReader::new`].
    ///
    /// # Panics
    ///
    /// If the file refers to another and `parent`, with the ids of that one, is missing.
    pub fn new(
        file: ExportFile,
        path: PathBuf,
        source: R,
        parent: Option<Arc<IdSet>>,
    ) -> Result<Self, ReadError> {
        Ok(Self {
            file,
            records: RecordReader::new(file, path, source)?,
            checker: RowChecker::new(file, parent),
            progress: Progress::default(),
            is_new: true,
        })
    }

    /// Reads on until a chunk is full; `None` when the file is done.
    ///
    /// # Errors
    ///
    /// [`ReadError::Read`], [`ReadError::IdsTooScattered`], [`ReadError::MixedSeparators`] and
    /// [`ReadError::MixedEscapes`].
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ReadError> {
        let mut rows = Vec::with_capacity(CHUNK_BYTES + ROW_ROOM);
        let mut findings = Vec::new();
        if mem::take(&mut self.is_new) {
            findings.extend(self.other_separator());
        }
        while rows.len() < CHUNK_BYTES && findings.len() < CHUNK_FINDINGS {
            if !self.next_row(&mut rows, &mut findings)? {
                break;
            }
        }
        self.progress.bytes = self.records.bytes_read();
        self.progress.blank_lines = self.records.n_blank_lines();
        let is_empty = rows.is_empty() && findings.is_empty();
        Ok((!is_empty).then_some(Chunk {
            rows,
            findings,
            progress: self.progress,
        }))
    }

    /// Position in the file; complete after `next_chunk` returned `None`.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// The ids of the accepted rows, for the files that refer to this one.
    pub fn into_ids(self) -> IdSet {
        self.checker.into_ids()
    }

    fn read_error(&self, line: u64, fault: FileFault) -> ReadError {
        let path = self.records.path().to_owned();
        match fault {
            FileFault::IdsTooScattered(fault) => ReadError::IdsTooScattered { path, line, fault },
            FileFault::MixedSeparators {
                comma_line,
                point_line,
            } => ReadError::MixedSeparators {
                path,
                comma_line,
                point_line,
            },
            FileFault::MixedEscapes {
                escape_line,
                literal_line,
            } => ReadError::MixedEscapes {
                path,
                escape_line,
                literal_line,
            },
        }
    }

    /// The finding about a separator that is no comma.
    fn other_separator(&self) -> Option<Finding> {
        let separator = match self.records.separator() {
            b',' => return None,
            b'\t' => "a tab".to_owned(),
            other => format!("\"{}\"", char::from(other)),
        };
        Some(Finding {
            file: self.file,
            line: self.records.header_line(),
            id: None,
            rule: Rule::OtherSeparator,
            detail: format!("the separator is {separator}"),
        })
    }

    fn next_row(
        &mut self,
        rows: &mut Vec<u8>,
        findings: &mut Vec<Finding>,
    ) -> Result<bool, ReadError> {
        let record = match self.records.next_item()? {
            None => return Ok(false),
            Some(Item::Record(record)) => record,
            Some(Item::Rejected(rejection)) => {
                self.progress.rejected += 1;
                findings.push(Finding {
                    file: self.file,
                    line: rejection.line,
                    id: rejection.id,
                    rule: rejection.rule,
                    detail: rejection.detail,
                });
                return Ok(true);
            }
        };
        let finding = |rule, detail| Finding {
            file: self.file,
            line: record.line,
            id: record.id(),
            rule,
            detail,
        };
        let line = record.line;
        match self.checker.check(&record, rows) {
            Ok(Outcome::Accepted) => {
                self.progress.rows += 1;
                let faults = self.checker.faults();
                let is_repaired = |fault: &Fault| fault.rule.action() == Action::Repaired;
                self.progress.repaired += u64::from(faults.iter().any(is_repaired));
                findings.extend(
                    faults
                        .iter()
                        .map(|fault| finding(fault.rule, fault.detail.clone())),
                );
            }
            Ok(Outcome::Rejected(fault)) => {
                self.progress.rejected += 1;
                findings.push(finding(fault.rule, fault.detail));
            }
            Err(fault) => return Err(self.read_error(line, fault)),
        }
        Ok(true)
    }
}
