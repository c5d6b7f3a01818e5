//! The commands: the one place where everything is put together and long-lived tasks are started.

pub mod audit;
mod auditor;
mod canary;
mod descriptors;
pub mod generate;
pub mod load;
mod load_files;
pub mod load_summary;
pub mod serve;
pub mod shutdown;
pub mod up;
