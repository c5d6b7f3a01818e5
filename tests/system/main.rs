//! Tests of the whole system as in production: PostgreSQL, servers, NGINX and monitoring.
//!
//! These tests need the machine for themselves, so that they are a program of their own and no part of `it`.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod faults;
mod monitoring;
mod parts;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../support/proxy.rs"]
mod proxy;
#[allow(dead_code, reason = "benchmarks use the rest")]
#[path = "../../benches/support/mod.rs"]
mod support;
#[allow(dead_code, reason = "only folders are needed, and not databases")]
#[path = "../support/test_database.rs"]
mod test_database;
#[allow(dead_code, unused_imports, reason = "a benchmark uses the rest")]
#[path = "../../benches/traffic/mod.rs"]
mod traffic;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../support/wait.rs"]
mod wait;
