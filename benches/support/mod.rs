//! Support for all benchmarks: arguments, a database with its export, servers, and the table of results.

pub mod arguments;
pub mod client;
pub mod numbers;
pub mod process;
pub mod random;
pub mod scratch;
pub mod server;
pub mod table;

/// The measured program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_atelierex");

/// Size of the real catalog.
pub const FULL_SIZE: u64 = 1_000_011;
