//! The load of an export: accepted, repaired, rejected, killed, and what it leaves alone.

mod accounts;
mod atomic;
mod attached;
mod beside_writers;
mod definitions;
mod input;
mod killed;
mod locks;
mod meanwhile;
mod notations;
mod order;
mod rejects;
mod reload;
pub mod repairs;
