//! Documents in the database: reading them, composing them, publishing them.

pub mod audit;
pub mod build;
pub mod columns;
pub mod grants;
pub mod id_range;
pub mod load_lock;
pub mod refresh;
pub mod store;
