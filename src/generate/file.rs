//! A file that is written cell by cell and gets its name only when it is complete.
//!
//! Rows are appended byte by byte to one buffer: for 25 million rows, `format!` would take longer than the disk.

use std::{
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::faults::{Fault, FaultCounts};
use crate::{
    load::format::{Column, ExportFile},
    partial_file::PartialFile,
};

/// Bytes that are buffered before they are written.
const BUFFER_BYTES: usize = 256 << 10;

/// File that is written row by row, under a temporary name.
///
/// The cells of a row must be those of the format. Debug builds check that.
pub(super) struct RowFile {
    columns: &'static [Column],
    partial: PartialFile,
    file: File,
    /// Buffer that always contains the last row, so that the end of the file can still change it.
    buffer: Vec<u8>,
    written: u64,
    n_rows: u64,
    /// Cells of the last row so far.
    n_cells: usize,
    /// Faults in the rows so far.
    pub(super) faults: FaultCounts,
}

impl RowFile {
    /// Starts a file in `folder` with its header.
    pub(super) fn create(folder: &Path, file: ExportFile) -> io::Result<Self> {
        let (partial, target) = PartialFile::create(partial_path(folder, file))?;
        let columns = file.columns();
        let mut buffer = Vec::with_capacity(BUFFER_BYTES + 4096);
        buffer.extend_from_slice(file.header().as_bytes());
        Ok(Self {
            columns,
            file: target,
            partial,
            buffer,
            written: 0,
            n_rows: 0,
            n_cells: columns.len(),
            faults: FaultCounts::default(),
        })
    }

    /// Begins a row.
    ///
    /// The line break comes before a row, not after it: most files end without one.
    pub(super) fn row(&mut self) -> io::Result<()> {
        debug_assert_eq!(self.n_cells, self.columns.len(), "the last row is complete");
        if self.buffer.len() >= BUFFER_BYTES {
            self.flush()?;
        }
        self.n_rows += 1;
        self.n_cells = 0;
        self.buffer.push(b'\n');
        Ok(())
    }

    /// Appends a cell with a number.
    pub(super) fn number(&mut self, number: u64) {
        self.cell(|column| !column.kind.is_text());
        push_number(&mut self.buffer, number);
    }

    /// Appends a cell with a number after a space.
    pub(super) fn spaced_number(&mut self, number: u64) {
        self.cell(|column| !column.kind.is_text());
        self.buffer.push(b' ');
        push_number(&mut self.buffer, number);
    }

    /// Appends a cell with a text in quotes, which `push` appends.
    pub(super) fn text(&mut self, push: impl FnOnce(&mut Vec<u8>)) {
        self.cell(|column| column.kind.is_text());
        self.buffer.push(b'"');
        push(&mut self.buffer);
        self.buffer.push(b'"');
    }

    /// Appends a cell without a value.
    pub(super) fn null(&mut self) {
        self.cell(|column| column.nullable);
        self.buffer.extend_from_slice(b"null");
    }

    fn cell(&mut self, fits: impl FnOnce(&Column) -> bool) {
        debug_assert!(
            self.columns.get(self.n_cells).is_some_and(fits),
            "{:?} has no such cell at {}",
            self.columns,
            self.n_cells
        );
        if self.n_cells > 0 {
            self.buffer.push(b',');
        }
        self.n_cells += 1;
    }

    /// Returns the last row's bytes at the end of the buffer, for faults.
    pub(super) fn last_row(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    pub(super) fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Returns the number of bytes so far.
    pub(super) fn bytes(&self) -> u64 {
        self.written + u64::try_from(self.buffer.len()).expect("a buffer is shorter than 2^64")
    }

    /// Ends the last line with a line break, or without.
    pub(super) fn end_last_line(&mut self, ends_with_line_break: bool) {
        if ends_with_line_break {
            self.buffer.push(b'\n');
        } else {
            self.faults.add(Fault::NoFinalLineBreak);
        }
    }

    /// Writes the rest of the buffer. The file keeps its temporary name until it is published.
    pub(super) fn finish(mut self) -> io::Result<PartialFile> {
        debug_assert_eq!(self.n_cells, self.columns.len(), "the last row is complete");
        self.flush()?;
        Ok(self.partial)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.written = self.bytes();
        self.buffer.clear();
        Ok(())
    }
}

/// Returns the path of a file until it is complete.
pub(super) fn partial_path(folder: &Path, file: ExportFile) -> PathBuf {
    folder.join(format!("{}.partial", file.file_name()))
}

/// Appends a number in decimal digits.
pub(super) fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + u8::try_from(number % 10).expect("a digit");
        number /= 10;
        if number == 0 {
            break;
        }
    }
    bytes.extend_from_slice(&digits[start..]);
}

#[cfg(test)]
mod tests {
    use super::push_number;

    #[test]
    fn a_number_is_written_in_decimal_digits() {
        for number in [0, 7, 10, 1_000_011, u64::MAX] {
            let mut bytes = Vec::new();
            push_number(&mut bytes, number);
            assert_eq!(bytes, number.to_string().into_bytes());
        }
    }
}
