//! Writes an export of any size in the format of the real one, with its distributions and faults.
//!
//! The same number of products and seed give the same bytes on every machine. This module only writes files: it knows
//! no database, and of loading only the format.

mod error;
mod faults;
mod features;
mod file;
mod kinds;
mod pictures;
mod plan;
mod rng;
mod rows;
mod sample;
mod summary;
mod text;
mod words;
mod writer;

#[cfg(test)]
mod tests;

use std::{
    fs::{self, File, TryLockError},
    path::Path,
};

use self::{error::failed_to, writer::Writer};
use crate::load::format::ExportFile;

pub use self::{
    error::GenerateError,
    faults::{Fault, FaultCounts},
    summary::{FileSummary, Summary},
};

/// Settings of an export to generate.
#[derive(Clone, Copy, Debug)]
pub struct GenerateOptions {
    /// Number of products. The real export has 1,000,011; with 0, the files have headers only.
    pub products: u64,
    /// Seed of everything random.
    pub seed: u64,
    /// Replaces an existing export in the folder.
    pub overwrite: bool,
}

/// Writes the six files of an export into `folder`, which is created if missing.
///
/// Calls `progress` with the name of a file and its rows so far, from several threads. The files get their names when
/// all are complete, `product.csv` last. Nothing is synced to disk: an export that a power cut destroys can be
/// generated again.
///
/// # Errors
///
/// See [`GenerateError`]. Temporary files are removed.
pub fn generate(
    options: &GenerateOptions,
    folder: &Path,
    progress: &(dyn Fn(&'static str, u64) + Sync),
) -> Result<Summary, GenerateError> {
    fs::create_dir_all(folder).map_err(failed_to("create", folder))?;
    let _lock = lock(folder)?;
    let mut files = ExportFile::ALL.into_iter().map(ExportFile::file_name);
    let existing = files.find(|name| folder.join(name).exists());
    if let Some(file) = existing.filter(|_| !options.overwrite) {
        let folder = folder.to_owned();
        return Err(GenerateError::Exists { folder, file });
    }
    Writer::new(options.seed, options.products, folder, progress).write()
}

/// Lock that keeps a second process from writing the same temporary files, until it is dropped.
fn lock(folder: &Path) -> Result<File, GenerateError> {
    let handle = File::open(folder).map_err(failed_to("open", folder))?;
    match handle.try_lock() {
        Ok(()) => Ok(handle),
        Err(TryLockError::WouldBlock) => Err(GenerateError::Busy {
            folder: folder.to_owned(),
        }),
        Err(TryLockError::Error(cause)) => Err(failed_to("lock", folder)(cause)),
    }
}
