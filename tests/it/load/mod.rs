//! The load of an export: accepted, repaired, rejected, killed, and what it leaves alone.

mod atomic;
mod attached;
mod definitions;
mod input;
mod killed;
mod rejects;
mod reload;
pub mod repairs;
