//! Connections, migrations and the tables' shapes. Knows nothing of what is stored.

pub mod back_off;
pub mod migrate;
pub mod parallel;
pub mod pool;
pub mod private;
mod private_account;
mod private_binaries;
mod private_cluster;
mod private_error;
mod private_folder;
mod private_settings;
mod private_supervisor;
#[expect(missing_docs, reason = "generated")]
pub mod schema;
pub mod session;
pub mod staging;
