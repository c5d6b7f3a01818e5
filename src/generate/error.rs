//! Errors that keep an export from being written.

use std::{
    io,
    path::{Path, PathBuf},
};

/// The export was not written. The folder then is as it was, except that it was created, and that a
/// replaced export may be gone if the files could not be renamed.
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
        /// The action that failed.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        cause: io::Error,
    },
}

/// Returns a function that adds an action and its file to the system's error.
pub(super) fn failed_to(
    action: &'static str,
    path: &Path,
) -> impl FnOnce(io::Error) -> GenerateError {
    let path = path.to_owned();
    move |cause| GenerateError::Io {
        action,
        path,
        cause,
    }
}
