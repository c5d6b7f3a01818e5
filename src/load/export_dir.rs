//! A folder with the six files of an export.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    chunk_reader::ChunkReader, csv::reader::RecordReader, error::ReadError, format::ExportFile,
    report::ReportError, validate::id_set::IdSet,
};

/// An export whose six files exist and have the right headers.
#[derive(Clone, Debug)]
pub struct Export {
    folder: PathBuf,
    sizes: [u64; ExportFile::ALL.len()],
}

impl Export {
    /// Opens the export in `folder` after a look at every file, so that all of its faults are known
    /// before anything is loaded.
    ///
    /// # Errors
    ///
    /// One for the files that are missing, and one for each that is unreadable or has a wrong header; at least one.
    pub fn open(folder: &Path) -> Result<Self, Vec<ReadError>> {
        if !folder.is_dir() {
            return Err(vec![ReadError::NoFolder {
                path: folder.to_owned(),
            }]);
        }
        let mut export = Self {
            folder: folder.to_owned(),
            sizes: [0; ExportFile::ALL.len()],
        };
        let mut errors = Vec::new();
        let (present, missing): (Vec<_>, Vec<_>) = ExportFile::ALL
            .into_iter()
            .partition(|file| export.path(*file).try_exists().unwrap_or(true));
        if !missing.is_empty() {
            errors.push(ReadError::Missing {
                folder: folder.to_owned(),
                files: missing.into_iter().map(ExportFile::file_name).collect(),
            });
        }
        for file in present {
            match export.inspect(file) {
                Ok(size) => export.sizes[file as usize] = size,
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() {
            Ok(export)
        } else {
            Err(errors)
        }
    }

    /// Path of a file.
    #[must_use]
    pub fn path(&self, file: ExportFile) -> PathBuf {
        self.folder.join(file.file_name())
    }

    /// Size of a file when the export was opened, in bytes.
    #[must_use]
    pub fn size(&self, file: ExportFile) -> u64 {
        self.sizes[file as usize]
    }

    /// Starts to read a file; `parent` has the ids of [`ExportFile::parent`].
    ///
    /// # Errors
    ///
    /// Those of [`Export::open`], if the file changed since.
    ///
    /// # Panics
    ///
    /// If the file has a parent and `parent` is missing.
    pub fn read(
        &self,
        file: ExportFile,
        parent: Option<Arc<IdSet>>,
    ) -> Result<ChunkReader, ReadError> {
        let path = self.path(file);
        let source = File::open(&path).map_err(|source| open_error(path.clone(), source))?;
        ChunkReader::new(file, path, source, parent)
    }

    /// Refuses a report that would replace a file of the export, whatever links lead there.
    ///
    /// # Errors
    ///
    /// [`ReportError::IsInput`].
    pub fn refuse_report(&self, report: &Path) -> Result<(), ReportError> {
        let identity = |path: &Path| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.dev(), metadata.ino()))
        };
        let Some(of_report) = identity(report) else {
            return Ok(());
        };
        let is_report = |file: &ExportFile| identity(&self.path(*file)) == Some(of_report);
        match ExportFile::ALL.into_iter().find(is_report) {
            None => Ok(()),
            Some(file) => Err(ReportError::IsInput {
                path: report.to_owned(),
                file,
            }),
        }
    }

    fn inspect(&self, file: ExportFile) -> Result<u64, ReadError> {
        let path = self.path(file);
        let metadata = fs::metadata(&path).map_err(|source| open_error(path.clone(), source))?;
        if !metadata.is_file() {
            return Err(ReadError::NotAFile { path });
        }
        let source = File::open(&path).map_err(|source| open_error(path.clone(), source))?;
        RecordReader::new(file, path, source).map(|_| metadata.len())
    }
}

fn open_error(path: PathBuf, source: io::Error) -> ReadError {
    ReadError::Read {
        path,
        line: 1,
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Export;
    use crate::load::format::ExportFile;

    fn write_headers(folder: &std::path::Path) {
        for file in ExportFile::ALL {
            fs::write(folder.join(file.file_name()), file.header()).unwrap();
        }
    }

    #[test]
    fn an_export_of_headers_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        write_headers(folder.path());
        let export = Export::open(folder.path()).unwrap();
        assert_eq!(export.size(ExportFile::Photo), 28);
        let mut reader = export.read(ExportFile::Product, None).unwrap();
        assert!(reader.next_chunk().unwrap().is_none());
        assert!(reader.into_ids().is_empty());
    }

    #[test]
    fn all_faults_are_reported_at_once_and_by_name() {
        let folder = tempfile::tempdir().unwrap();
        // Joining nothing would add a slash.
        let path = |name: &str| match name {
            "" => folder.path().to_owned(),
            name => folder.path().join(name),
        };
        write_headers(folder.path());
        fs::remove_file(path("skus.csv")).unwrap();
        fs::write(path("features.csv"), "\u{FEFF}\r\n").unwrap();
        fs::write(path("photos.csv"), "\nid,styleId,thumbnail_url,url\n").unwrap();
        fs::remove_file(path("product.csv")).unwrap();
        fs::create_dir(path("product.csv")).unwrap();

        let errors = Export::open(folder.path()).unwrap_err();
        let messages: Vec<_> = errors.iter().map(ToString::to_string).collect();
        let expected = [
            ("", " lacks skus.csv: "),
            ("product.csv", " is not a file: "),
            (
                "features.csv",
                " is empty: it needs at least its header, \"id,product_id,feature,value\"",
            ),
            (
                "photos.csv",
                ", line 2: the columns are in another order; expected \"id,styleId,url,thumbnail_url\", found \"id,styleId,thumbnail_url,url\"",
            ),
        ];
        assert_eq!(messages.len(), expected.len(), "{messages:?}");
        for (message, (name, text)) in messages.iter().zip(expected) {
            let start = format!("{}{text}", path(name).display());
            assert!(message.starts_with(&start), "{message}");
        }
    }

    #[test]
    fn a_report_over_a_file_of_the_export_is_refused_whatever_leads_there() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        write_headers(folder.path());
        let export = Export::open(folder.path()).unwrap();
        let skus = folder.path().join("skus.csv");
        let links = ["symbolic", "hard"].map(|name| elsewhere.path().join(name));
        std::os::unix::fs::symlink(&skus, &links[0]).unwrap();
        fs::hard_link(&skus, &links[1]).unwrap();
        let winding = folder.path().join(".").join("skus.csv");
        for path in [&skus, &winding, &links[0], &links[1]] {
            let error = export.refuse_report(path).unwrap_err().to_string();
            assert!(error.contains("the export's own skus.csv"), "{error}");
        }
        for path in [
            folder.path().join("report.csv"),
            elsewhere.path().join("skus.csv"),
        ] {
            assert!(export.refuse_report(&path).is_ok());
        }
    }

    #[test]
    fn a_folder_that_does_not_exist_is_named() {
        let folder = tempfile::tempdir().unwrap().path().join("nowhere");
        let errors = Export::open(&folder).unwrap_err();
        assert!(
            errors[0]
                .to_string()
                .starts_with(&format!("{} is not a folder", folder.display()))
        );
    }

    #[test]
    fn one_message_names_all_missing_files() {
        let folder = tempfile::tempdir().unwrap();
        let errors = Export::open(folder.path()).unwrap_err();
        let messages: Vec<_> = errors.iter().map(ToString::to_string).collect();
        let files = ExportFile::ALL.map(ExportFile::file_name).join(", ");
        let lacks = format!("{} lacks {files}: ", folder.path().display());
        assert!(
            messages.len() == 1 && messages[0].starts_with(&lacks),
            "{messages:?}"
        );
    }
}
