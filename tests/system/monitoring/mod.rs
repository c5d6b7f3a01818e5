//! Monitoring: dashboards, alerts and metrics, checked against each other and against the running system.
//!
//! Needs Prometheus with promtool, mtail, both exporters and NGINX; a missing one is a failure that names it.

mod alerts;
mod dashboard;
mod drawing;
mod edge_log;
mod layout;
mod live;
mod prometheus;
mod selectors;
mod system;
mod tools;
mod traffic;
