//! Standard output: the one place that writes results there.
//!
//! The reader may go away (`atelierex load … | head`), which is no failure: what was asked for is done.

use std::{
    fmt::Display,
    io::{self, Write as _},
};

/// Prints a result and a line break.
///
/// # Errors
///
/// Output that cannot be written, for example because the disk is full. A reader that went away is no error.
pub fn print(result: impl Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    unless_closed(writeln!(out, "{result}").and_then(|()| out.flush()))
}

/// Takes it for success that nobody reads any more.
///
/// # Errors
///
/// Every other error.
pub fn unless_closed(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}
