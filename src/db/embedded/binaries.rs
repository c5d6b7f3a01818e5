//! Finds the programs of a PostgreSQL server on this machine.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::error::EmbeddedError;
use crate::config::executable_folders;

/// Oldest major version that works: the first with `COMPRESSION lz4` and `client_connection_check_interval`.
pub const MINIMUM_MAJOR: u32 = 14;

/// Folders in which packages install one folder for each major version.
const VERSIONED: &[(&str, &str)] = &[("/usr/lib/postgresql", ""), ("/usr", "pgsql-")];

/// Programs of one PostgreSQL server.
#[derive(Clone, Debug)]
pub struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// Finds the server's programs: in `folder` if it is set, otherwise on `PATH`, where Debian and others install
    /// them, and where `pg_config` says.
    ///
    /// Of several, it takes the one with major version `data_major`, if data exist already.
    ///
    /// # Errors
    ///
    /// No programs, or only of a version that is too old or differs from that of the data.
    pub fn find(folder: Option<&Path>, data_major: Option<u32>) -> Result<Self, EmbeddedError> {
        let looked_in = folder.map_or_else(candidates, |folder| vec![folder.to_owned()]);
        let found: Vec<Self> = looked_in
            .iter()
            .filter_map(|folder| Self::in_folder(folder))
            .collect();
        let wanted = found
            .iter()
            .find(|binaries| data_major.is_none_or(|major| major == binaries.major));
        // Without a match the caller, who knows the data folder, rejects the first one.
        let binaries = wanted
            .or(found.first())
            .ok_or(EmbeddedError::NoServer { looked_in })?;
        if binaries.major < MINIMUM_MAJOR {
            return Err(EmbeddedError::TooOld {
                folder: binaries.folder.clone(),
                major: binaries.major,
                minimum: MINIMUM_MAJOR,
            });
        }
        Ok(binaries.clone())
    }

    fn in_folder(folder: &Path) -> Option<Self> {
        if !folder.join("initdb").is_file() || !folder.join("postgres").is_file() {
            return None;
        }
        // The target of a symbolic link also has the programs that have no link.
        let postgres = folder.join("postgres").canonicalize().ok()?;
        let output = Command::new(&postgres).arg("--version").output().ok()?;
        Some(Self {
            folder: postgres.parent()?.to_owned(),
            major: major_of(&String::from_utf8_lossy(&output.stdout))?,
        })
    }

    /// Returns the path of one of the programs.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Returns the major version, for example 15.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }
}

/// Parses the major version in `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` or `… 18beta1`.
fn major_of(version: &str) -> Option<u32> {
    let number = version.split_once("(PostgreSQL) ")?.1;
    let digits = number.split(|character: char| !character.is_ascii_digit());
    digits.into_iter().next()?.parse().ok()
}

/// Returns folders that may have the programs, in order of preference.
fn candidates() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = executable_folders();
    for (parent, prefix) in VERSIONED {
        let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(parent)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let major = name.strip_prefix(prefix)?.parse().ok()?;
                Some((major, entry.path().join("bin")))
            })
            .collect();
        versions.sort_by(|one, other| other.cmp(one));
        folders.extend(versions.into_iter().map(|(_, folder)| folder));
    }
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output()
        && output.status.success()
    {
        folders.push(String::from_utf8_lossy(&output.stdout).trim().into());
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::{Binaries, EmbeddedError, major_of};

    #[test]
    fn the_major_version_is_read_from_every_form_of_a_version() {
        for (text, major) in [
            (
                "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)",
                Some(15),
            ),
            ("postgres (PostgreSQL) 18beta1", Some(18)),
            ("postgres (PostgreSQL) 9.6.24", Some(9)),
            ("postgres (Something) 15", None),
            ("", None),
        ] {
            assert_eq!(major_of(text), major, "{text}");
        }
    }

    #[test]
    fn a_folder_without_a_server_is_an_error_that_says_what_to_install() {
        let folder = tempfile::tempdir().unwrap();
        let error = Binaries::find(Some(folder.path()), None).unwrap_err();
        assert!(matches!(error, EmbeddedError::NoServer { .. }));
        assert!(error.to_string().contains("apt-get install postgresql"));
    }
}
