//! Documents in the database: reading them, composing them, publishing them.

pub mod audit;
pub mod build;
pub mod grants;
pub mod load_lock;
pub mod refresh;
pub mod store;
