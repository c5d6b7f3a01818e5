//! Tests of the whole program: the real binary with a real PostgreSQL.

#![expect(
    clippy::struct_field_names,
    reason = "rows are named like the columns of their files"
)]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod contract;
mod edge;
mod freshness;
mod load;
mod operations;
mod repository;
mod search;
#[path = "../support/mod.rs"]
mod support;
