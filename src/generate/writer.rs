//! Writes the files of an export, each in a thread of its own, and gives them their names.

use std::{
    fs, io,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use super::{
    error::{GenerateError, failed_to},
    faults::FaultCounts,
    file::{RowFile, partial_path},
    plan::ProductPlan,
    rows::{
        Rows,
        product::{FeatureRows, ProductRows, RelatedRows},
        style::{PhotoRows, SkuRows, StyleRows},
    },
    summary::{FileSummary, Summary},
};
use crate::{load::format::ExportFile, partial_file::PartialFile};

/// Minimum number of rows between two reports of progress.
const PROGRESS_ROWS: u64 = 16_384;

/// Writes the files of one export.
pub(super) struct Writer<'a> {
    seed: u64,
    products: u64,
    folder: &'a Path,
    progress: &'a (dyn Fn(&'static str, u64) + Sync),
    /// Set when a file has failed. Then the others stop.
    is_stopped: AtomicBool,
}

/// A file that is complete and does not have its final name yet.
struct Written {
    partial: PartialFile,
    summary: FileSummary,
    faults: FaultCounts,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        seed: u64,
        products: u64,
        folder: &'a Path,
        progress: &'a (dyn Fn(&'static str, u64) + Sync),
    ) -> Self {
        Self {
            seed,
            products,
            folder,
            progress,
            is_stopped: AtomicBool::new(false),
        }
    }

    /// Writes all files, then renames them.
    pub(super) fn write(&self) -> Result<Summary, GenerateError> {
        let written = self.write_all()?;
        self.publish(written)
    }

    /// Returns the files in the order of [`ExportFile::ALL`].
    fn write_all(&self) -> Result<Vec<Written>, GenerateError> {
        let results = thread::scope(|scope| {
            [
                scope.spawn(|| self.write_file::<ProductRows>()),
                scope.spawn(|| self.write_file::<FeatureRows>()),
                scope.spawn(|| self.write_file::<StyleRows>()),
                scope.spawn(|| self.write_file::<PhotoRows>()),
                scope.spawn(|| self.write_file::<SkuRows>()),
                scope.spawn(|| self.write_file::<RelatedRows>()),
            ]
            .map(|thread| thread.join().expect("writing rows does not panic"))
        });
        let written: Result<Vec<Option<Written>>, _> = results.into_iter().collect();
        Ok(written?.into_iter().flatten().collect())
    }

    /// Writes one file, or stops without a result if another has failed.
    fn write_file<R: Rows>(&self) -> Result<Option<Written>, GenerateError> {
        self.write_rows::<R>().map_err(|cause| {
            self.is_stopped.store(true, Ordering::Relaxed);
            failed_to("write", &partial_path(self.folder, R::FILE))(cause)
        })
    }

    fn write_rows<R: Rows>(&self) -> io::Result<Option<Written>> {
        let name = R::FILE.file_name();
        let mut file = RowFile::create(self.folder, R::FILE)?;
        let mut rows = R::new(self.seed, self.products);
        let mut reported = 0;
        for id in 1..=self.products {
            rows.product(&ProductPlan::new(self.seed, id), &mut file)?;
            if file.n_rows() - reported >= PROGRESS_ROWS {
                reported = file.n_rows();
                (self.progress)(name, reported);
                if self.is_stopped.load(Ordering::Relaxed) {
                    return Ok(None);
                }
            }
        }
        rows.finish(&mut file);
        file.end_last_line(R::ENDS_WITH_LINE_BREAK);
        let faults = file.faults;
        let summary = FileSummary {
            name,
            rows: file.n_rows(),
            bytes: file.bytes(),
        };
        (self.progress)(name, summary.rows);
        Ok(Some(Written {
            partial: file.finish()?,
            summary,
            faults,
        }))
    }

    /// Gives the files their final names. `product.csv` is the first to be removed and the last to appear, so that a
    /// folder with that file never has files of two exports.
    fn publish(&self, written: Vec<Written>) -> Result<Summary, GenerateError> {
        let path = |file: ExportFile| self.folder.join(file.file_name());
        for path in ExportFile::ALL.map(path) {
            match fs::remove_file(&path) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                    return Err(failed_to("replace", &path)(cause));
                }
                _ => {}
            }
        }
        let mut summary = Summary::default();
        for file in &written {
            summary.files.push(file.summary.clone());
            summary.faults += file.faults;
        }
        for (file, path) in written.into_iter().zip(ExportFile::ALL.map(path)).rev() {
            file.partial
                .publish(&path)
                .map_err(failed_to("create", &path))?;
        }
        Ok(summary)
    }
}
