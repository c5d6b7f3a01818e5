//! A file that gets its name only when it is complete.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// File under its temporary name. It is removed when dropped unless it was published.
pub struct PartialFile {
    path: PathBuf,
    is_published: bool,
}

impl PartialFile {
    /// Creates the file at the temporary path, over what an earlier process left there.
    ///
    /// # Errors
    ///
    /// A file that cannot be created.
    pub fn create(path: PathBuf) -> io::Result<(Self, File)> {
        let file = File::create(&path)?;
        let partial = Self {
            path,
            is_published: false,
        };
        Ok((partial, file))
    }

    /// Gives the file its final name.
    ///
    /// # Errors
    ///
    /// A file that cannot be renamed; it is removed then.
    pub fn publish(mut self, name: &Path) -> io::Result<()> {
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
