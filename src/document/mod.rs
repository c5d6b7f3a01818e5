//! Documents in the database: reading them, composing them, publishing them.

pub mod audit;
pub mod compose;
pub mod grants;
mod low_water;
pub mod publish;
pub mod queue;
pub mod refresh;
pub mod refresh_error;
pub mod refresher;
pub mod search;
pub mod store;
pub mod terms;
