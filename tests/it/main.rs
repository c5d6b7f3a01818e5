//! The integration tests: one binary, one PostgreSQL of its own, one database for each test.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod harness;
mod private_postgres;
