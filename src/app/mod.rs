//! The commands: the one place where everything is put together and long-lived tasks are started.

pub mod audit;
mod auditor;
mod canary;
pub mod catalogue;
pub mod database;
mod descriptors;
pub mod generate;
pub mod load;
mod load_files;
pub mod load_summary;
pub mod rights;
pub mod roles;
pub mod serve;
pub mod shutdown;
pub mod up;
