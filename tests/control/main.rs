//! The control room: its dashboards, alerts and metrics, checked against each other and against the running system.
//!
//! Needs Prometheus with promtool, mtail, both exporters and NGINX; a missing one is a failure that names it.

mod alerts;
mod dashboard;
mod drawing;
mod edge_log;
#[expect(dead_code, reason = "only a part of it is needed here")]
#[path = "../it/harness.rs"]
mod harness;
mod layout;
mod live;
mod load;
mod prometheus;
mod selectors;
#[expect(dead_code, reason = "only a part of it is needed here")]
#[path = "../../benches/support/mod.rs"]
mod support;
mod system;
mod tools;
