//! Peers of Atelierex, each as its friends would run it.

pub mod agreement;
pub mod documents;
pub mod everything;
pub mod express;
pub mod nginx;
pub mod pgbench;
pub mod place;
pub mod process;
