//! Monitoring: dashboards, alerts and metrics, checked against each other and against the running system.
//!
//! Needs Prometheus with promtool, mtail, both exporters and NGINX; a missing one is a failure that names it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod alerts;
mod dashboard;
#[expect(dead_code, reason = "faults need the rest")]
#[path = "../faults/database.rs"]
mod database;
mod drawing;
#[expect(dead_code, reason = "faults need the rest")]
#[path = "../faults/edge.rs"]
mod edge;
mod edge_log;
mod layout;
mod live;
mod load;
#[expect(dead_code, reason = "faults need the rest")]
#[path = "../faults/probe.rs"]
mod probe;
mod prometheus;
mod selectors;
#[expect(dead_code, reason = "faults need the rest")]
#[path = "../faults/server.rs"]
mod server;
#[expect(dead_code, reason = "benchmarks need the rest")]
#[path = "../../benches/support/mod.rs"]
mod support;
mod system;
#[expect(dead_code, reason = "only folders are needed, and not databases")]
#[path = "../support/test_database.rs"]
mod test_database;
mod tools;
