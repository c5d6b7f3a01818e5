//! Installed programs, and files of the project.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Path of NGINX in Debian, which is not on every user's `PATH`.
const SYSTEM_PROGRAMS: &str = "/usr/sbin";

/// Returns the path of an installed program.
///
/// # Panics
///
/// If it is not installed.
pub fn installed(program: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain([PathBuf::from(SYSTEM_PROGRAMS)])
        .map(|folder| folder.join(program))
        .find(|place| place.exists())
        .unwrap_or_else(|| panic!("{program} is missing: scripts/setup installs it"))
}

/// Returns the path of a file of the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Returns the text of a file of the project.
pub fn text(path: &str) -> String {
    fs::read_to_string(project(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Runs a program to its end and returns its output.
///
/// # Panics
///
/// If it fails, with its output.
pub fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {printed}{said}");
    printed
}
