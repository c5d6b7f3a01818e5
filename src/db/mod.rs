//! Connections, migrations and the tables' shapes. Knows nothing of what is stored.

pub mod migrate;
pub mod schema;
