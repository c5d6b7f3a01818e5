//! Composes the documents that a load has changed, and publishes them at once.
//!
//! Few documents are written as a refresh writes them, in one transaction: see [`changes`]. When most of the catalog
//! has changed, the tables of all documents are built beside those that are served, and exchanged: see [`publish`].

pub mod affected;
pub mod changes;
pub mod compose;
pub mod publish;
pub mod staging;
