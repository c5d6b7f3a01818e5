//! The whole system with its faults: PostgreSQL, three servers and NGINX, under a steady load, while something fails.
//!
//! Each test prints what clients saw beside what they may see: `scripts/faults`, or
//! `cargo test --test faults -- --nocapture --test-threads=1`. That requests fail or do not is asserted. Times are
//! asserted with a wide margin only: a machine that does something else meanwhile is no fault of ours.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod client_report;
mod clients_misbehave;
mod database;
mod database_fails;
mod disk_full;
mod duration;
mod edge;
#[allow(dead_code, unused_imports, reason = "a benchmark uses the rest")]
#[path = "../../benches/load/mod.rs"]
mod load;
mod probe;
mod propagation;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../support/proxy.rs"]
mod proxy;
mod publication;
mod server;
mod servers_fail;
mod slow_clients;
#[allow(dead_code, reason = "benchmarks use the rest")]
#[path = "../../benches/support/mod.rs"]
mod support;
mod system;
#[allow(dead_code, reason = "only folders are needed, and not databases")]
#[path = "../support/test_database.rs"]
mod test_database;
mod traffic;
