//! Builds the documents of a whole catalogue beside the one that is served, and publishes both at once.

pub mod compose;
pub mod publish;
pub mod staging;
