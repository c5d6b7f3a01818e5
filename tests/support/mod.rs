//! Helpers that tests share.

pub mod arbitrary_catalog;
pub mod attached_objects;
pub mod blocked;
pub mod catalog_changes;
pub mod catalog_rows;
pub mod database_state;
pub mod edge;
pub mod either;
pub mod export;
pub mod fixtures;
pub mod model;
pub mod otlp_collector;
pub mod problem;
pub mod program;
pub mod proxy;
pub mod random;
pub mod random_writers;
pub mod refresh_steps;
pub mod sample;
pub mod server;
pub mod source_rows;
pub mod stub_upstream;
pub mod test_database;
pub mod wait;
