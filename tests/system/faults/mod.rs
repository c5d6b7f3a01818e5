//! The whole system with its faults: PostgreSQL, three servers and NGINX, under steady traffic, while something fails.
//!
//! Each test prints what clients saw beside what they may see: `scripts/faults`, or
//! `cargo test --test system faults:: -- --nocapture --test-threads=1`. That requests fail or do not is asserted. Times
//! are asserted with a wide margin only: a machine that does something else meanwhile is no fault of ours.

mod client_report;
mod clients_misbehave;
mod database_fails;
mod disk_full;
mod duration;
mod propagation;
mod publication;
mod servers_fail;
mod slow_clients;
mod system;
mod traffic;
