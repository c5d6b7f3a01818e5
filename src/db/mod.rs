//! Connections, migrations and the tables' shapes. Knows nothing of what is stored.

pub mod migrate;
pub mod parallel;
pub mod pool;
#[expect(missing_docs, reason = "generated")]
pub mod schema;
pub mod session;
pub mod staging;
