//! The parts of the running system: database, servers, edge, and single requests to them.

pub mod database;
pub mod edge;
pub mod probe;
pub mod server;
pub mod turn;
