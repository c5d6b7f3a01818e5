//! The environment of the process.

use std::{env, path::PathBuf};

use clap::{
    Arg, Command,
    builder::{OsStr, Resettable},
};

/// Treats empty variables as unset: service units and compose files pass on variables that nobody has set.
#[must_use]
pub fn ignore_empty_variables(command: Command) -> Command {
    let is_empty = |argument: &Arg| {
        let value = argument.get_env().and_then(env::var_os);
        value.is_some_and(|value| value.to_string_lossy().trim().is_empty())
    };
    command
        .mut_args(|argument| {
            if is_empty(&argument) {
                argument.env(Resettable::<OsStr>::Reset)
            } else {
                argument
            }
        })
        .mut_subcommands(ignore_empty_variables)
}

/// Returns the folders in which the shell looks for programs.
#[must_use]
pub fn executable_folders() -> Vec<PathBuf> {
    env::var_os("PATH").map_or_else(Vec::new, |path| {
        env::split_paths(&path)
            .filter(|folder| folder.is_absolute())
            .collect()
    })
}
