//! Peers of Atelierex, each with a favorable configuration.

pub mod agreement;
pub mod documents;
pub mod everything;
pub mod express;
pub mod nginx;
pub mod pgbench;
pub mod place;
pub mod process;
