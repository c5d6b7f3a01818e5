//! Sessions, migrations and the embedded PostgreSQL. Knows nothing of what is stored.

pub mod back_off;
pub mod bounded;
pub mod catalog_lock;
pub mod connect;
pub mod embedded;
pub mod error;
pub mod migrate;
pub mod parallel;
pub mod pool;
pub mod report;
#[expect(missing_docs, reason = "generated")]
pub mod schema;
pub mod session;
pub(crate) mod statement;
