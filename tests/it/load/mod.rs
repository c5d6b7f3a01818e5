//! The load of an export: accepted, repaired, rejected, killed.

mod atomic;
mod input;
mod killed;
mod notations;
mod order;
mod rejects;
pub mod repairs;
