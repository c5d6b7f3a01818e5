//! Processes that are started for a measurement.

use std::{ffi::OsStr, path::Path, process::Command};

/// Ends a program with who started it, however that ends; a part of every Debian.
const SETPRIV: &str = "/usr/bin/setpriv";

/// A command for `program`, which is killed when we are, where the machine can do that, and which is bound
/// to `processors` (a list as `taskset -c` takes it) if there are any.
pub fn ending_with_us(program: impl AsRef<OsStr>, processors: Option<&str>) -> Command {
    command(program.as_ref(), processors, "KILL")
}

/// The same for a program with processes of its own, which it ends when it is told to.
pub fn told_to_end_with_us(program: impl AsRef<OsStr>, processors: Option<&str>) -> Command {
    command(program.as_ref(), processors, "TERM")
}

fn command(program: &OsStr, processors: Option<&str>, signal: &str) -> Command {
    // Each becomes the next, under the same process id.
    let mut words = Vec::new();
    if Path::new(SETPRIV).exists() {
        words.extend([SETPRIV, "--pdeathsig", signal].map(OsStr::new));
    }
    if let Some(processors) = processors {
        words.extend(["taskset", "-c", processors].map(OsStr::new));
    }
    words.push(program);
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}
