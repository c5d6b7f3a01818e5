//! Documents in the database: reading them, composing them.

pub mod store;
