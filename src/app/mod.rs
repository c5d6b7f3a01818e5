//! The commands: the one place where everything is put together and long-lived tasks are started.

pub mod audit;
mod auditor;
mod canary;
pub mod database;
mod descriptors;
pub mod generate;
pub mod load;
mod load_files;
pub mod load_summary;
pub mod process;
pub mod rights;
pub mod roles;
pub mod seed;
pub mod serve;
mod shell_commands;
pub mod shutdown;
pub mod up;
