//! Tests of the whole program: the real binary against a real PostgreSQL, which the test run starts.
//!
//! One binary, one server of its own, one database for each test.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod catalogues;
mod fixtures;
mod harness;
mod layers;
mod model;
mod private_postgres;
mod schema;
