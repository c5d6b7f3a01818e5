//! A file that appears under its name only when it is whole.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::faults::{Fault, FaultCounts};

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 256 << 10;

/// A file that is being written row by row, under a temporary name.
pub(super) struct RowFile {
    partial: PartialFile,
    file: File,
    /// Always holds the last row, so that it can still be changed when nothing follows it.
    buffer: Vec<u8>,
    written: u64,
    n_rows: u64,
    /// The faults in the rows so far.
    pub(super) faults: FaultCounts,
}

impl RowFile {
    /// Starts `name` in `folder` with its header.
    pub(super) fn create(folder: &Path, name: &str, header: &str) -> io::Result<Self> {
        let path = partial_path(folder, name);
        let file = File::create(&path)?;
        let mut buffer = Vec::with_capacity(BUFFER_BYTES + 4096);
        buffer.extend_from_slice(header.as_bytes());
        Ok(Self {
            partial: PartialFile {
                path,
                is_published: false,
            },
            file,
            buffer,
            written: 0,
            n_rows: 0,
            faults: FaultCounts::default(),
        })
    }

    /// Begins a row and returns where to append it.
    ///
    /// The line break is written before a row, not after it: most files end without one.
    pub(super) fn row(&mut self) -> io::Result<&mut Vec<u8>> {
        if self.buffer.len() >= BUFFER_BYTES {
            self.flush()?;
        }
        self.n_rows += 1;
        self.buffer.push(b'\n');
        Ok(&mut self.buffer)
    }

    /// The last row, for changes at its end.
    pub(super) fn last_row(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    pub(super) fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Bytes so far.
    pub(super) fn bytes(&self) -> u64 {
        self.written + u64::try_from(self.buffer.len()).expect("a buffer is shorter than 2^64")
    }

    /// Ends the last line, or leaves that out.
    pub(super) fn end_last_line(&mut self, ends_with_line_break: bool) {
        if ends_with_line_break {
            self.buffer.push(b'\n');
        } else {
            self.faults.add(Fault::NoFinalLineBreak);
        }
    }

    /// Writes what is left. The file keeps its temporary name until it is published.
    pub(super) fn finish(mut self) -> io::Result<PartialFile> {
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

/// A file under its temporary name, removed when dropped unless it was published.
pub(super) struct PartialFile {
    path: PathBuf,
    is_published: bool,
}

impl PartialFile {
    /// Gives the file its name.
    pub(super) fn publish(mut self, name: &Path) -> io::Result<()> {
        fs::rename(&self.path, name)?;
        self.is_published = true;
        Ok(())
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        if !self.is_published {
            // The failure that brought us here is the one to report.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Where a file is written until it is whole.
pub(super) fn partial_path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.partial"))
}
