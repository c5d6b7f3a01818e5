//! The whole system with its faults: PostgreSQL, three servers and NGINX, under steady traffic, while something fails.
//!
//! Each test prints the effect on clients beside the allowed effect: run `scripts/faults`, or `cargo test --test system
//! faults:: -- --nocapture --test-threads=1`. Numbers of failed requests are asserted exactly, times only with a wide
//! margin, for busy machines.

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
