//! Builds the documents of a whole catalog beside the one that is served, and publishes both at once.

pub mod compose;
pub mod publish;
pub mod staging;
