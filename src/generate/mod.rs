//! Writes an export of any size in the format of the real one, with its distributions and faults.
//!
//! The same number of products and seed give the same bytes on every machine. This module only
//! writes files: it knows nothing of the database, and the reader knows nothing of it.

mod faults;
mod file;
mod kinds;
mod plan;
mod rng;
mod rows;
mod text;
mod words;

#[cfg(test)]
mod tests;

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use self::{
    file::{PartialFile, RowFile, partial_path},
    plan::ProductPlan,
    rows::{
        Catalogue, Rows,
        product::{FeatureRows, ProductRows, RelatedRows},
        style::{PhotoRows, SkuRows, StyleRows},
    },
};

pub use self::faults::{Fault, FaultCounts};

/// The files of an export. A folder holds a whole one if the last of these is there.
const FILES: [&str; 6] = [
    FeatureRows::NAME,
    StyleRows::NAME,
    PhotoRows::NAME,
    SkuRows::NAME,
    RelatedRows::NAME,
    ProductRows::NAME,
];

/// Rows after which progress is told, at least.
const PROGRESS_ROWS: u64 = 16_384;

/// What to generate.
#[derive(Clone, Copy, Debug)]
pub struct GenerateOptions {
    /// How many products. The full export has 1,000,011; with none, the files have headers only.
    pub products: u64,
    /// Decides everything that is not fixed by the format.
    pub seed: u64,
    /// Whether an export in the folder is replaced.
    pub overwrite: bool,
}

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

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The six files, in the order in which the export lists them.
    pub files: Vec<FileSummary>,
    /// How often each fault was written, in all files together.
    pub faults: FaultCounts,
}

/// Why no export was written. The folder then is as it was, except that it was created, and that a
/// replaced export may be gone if the names could not be given.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The folder already holds a file of an export.
    #[error(
        "{} already holds an export ({file}): choose another folder with --out, or replace it with --overwrite",
        folder.display()
    )]
    Exists {
        /// The folder.
        folder: PathBuf,
        /// One of the files in it.
        file: &'static str,
    },
    /// Another process is writing into the folder.
    #[error("another process is generating an export in {}: wait until it has ended, or choose another folder with --out", folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// The operating system refused, for example because the disk is full.
    #[error("cannot {action} {}: {cause}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
}

/// Writes the six files of an export into `folder`, creating it if need be.
///
/// `progress` is told the name of a file and its rows so far, from several threads. The files get
/// their names when all are whole, `product.csv` last. Nothing is forced to the disk: an export
/// that a power cut destroys can be generated again.
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
    let existing = FILES.into_iter().find(|name| folder.join(name).exists());
    if let Some(file) = existing.filter(|_| !options.overwrite) {
        let folder = folder.to_owned();
        return Err(GenerateError::Exists { folder, file });
    }
    let writer = Writer {
        catalogue: Catalogue {
            seed: options.seed,
            products: options.products,
        },
        folder,
        progress,
        is_stopped: AtomicBool::new(false),
    };
    let written = writer.write_all()?;
    publish(folder, written)
}

/// Keeps a second process from writing the same temporary files, until it is dropped.
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

/// A file that is whole but does not have its name yet.
struct Written {
    partial: PartialFile,
    summary: FileSummary,
    faults: FaultCounts,
}

/// Writes the files of one catalogue, each in a thread of its own.
struct Writer<'a> {
    catalogue: Catalogue,
    folder: &'a Path,
    progress: &'a (dyn Fn(&'static str, u64) + Sync),
    /// Set when a file has failed: the others are then given up.
    is_stopped: AtomicBool,
}

impl Writer<'_> {
    fn write_all(&self) -> Result<Vec<Written>, GenerateError> {
        let results = thread::scope(|scope| {
            [
                scope.spawn(|| self.write::<ProductRows>()),
                scope.spawn(|| self.write::<FeatureRows>()),
                scope.spawn(|| self.write::<StyleRows>()),
                scope.spawn(|| self.write::<PhotoRows>()),
                scope.spawn(|| self.write::<SkuRows>()),
                scope.spawn(|| self.write::<RelatedRows>()),
            ]
            .map(|thread| thread.join().expect("writing rows does not panic"))
        });
        let written: Result<Vec<Option<Written>>, _> = results.into_iter().collect();
        Ok(written?.into_iter().flatten().collect())
    }

    /// Writes one file, or gives up without a result if another has failed.
    fn write<R: Rows>(&self) -> Result<Option<Written>, GenerateError> {
        self.write_rows::<R>().map_err(|cause| {
            self.is_stopped.store(true, Ordering::Relaxed);
            failed_to("write", &partial_path(self.folder, R::NAME))(cause)
        })
    }

    fn write_rows<R: Rows>(&self) -> io::Result<Option<Written>> {
        let mut file = RowFile::create(self.folder, R::NAME, R::HEADER)?;
        let mut rows = R::new(self.catalogue);
        let mut told = 0;
        for id in 1..=self.catalogue.products {
            rows.product(&ProductPlan::new(self.catalogue.seed, id), &mut file)?;
            if file.n_rows() - told >= PROGRESS_ROWS {
                told = file.n_rows();
                (self.progress)(R::NAME, told);
                if self.is_stopped.load(Ordering::Relaxed) {
                    return Ok(None);
                }
            }
        }
        rows.finish(&mut file);
        file.end_last_line(R::ENDS_WITH_LINE_BREAK);
        let faults = file.faults;
        let summary = FileSummary {
            name: R::NAME,
            rows: file.n_rows(),
            bytes: file.bytes(),
        };
        (self.progress)(R::NAME, summary.rows);
        Ok(Some(Written {
            partial: file.finish()?,
            summary,
            faults,
        }))
    }
}

/// Gives the files their names. `product.csv` goes first and comes last, so that a folder that has
/// it never holds files of two exports.
fn publish(folder: &Path, mut written: Vec<Written>) -> Result<Summary, GenerateError> {
    let mut summary = Summary {
        files: Vec::new(),
        faults: FaultCounts::default(),
    };
    for file in &written {
        summary.files.push(file.summary.clone());
        summary.faults += file.faults;
    }
    for name in FILES.into_iter().rev() {
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                return Err(failed_to("replace", &path)(cause));
            }
            _ => {}
        }
    }
    written.sort_by_key(|file| FILES.iter().position(|name| *name == file.summary.name));
    for file in written {
        let path = folder.join(file.summary.name);
        file.partial
            .publish(&path)
            .map_err(failed_to("create", &path))?;
    }
    Ok(summary)
}

fn failed_to(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> GenerateError {
    let path = path.to_owned();
    move |cause| GenerateError::Io {
        action,
        path,
        cause,
    }
}
