//! The repository itself: layers of the sources, documentation, packaged files, tools.

pub mod doc_ellipsis;
pub mod doc_snippets;
mod docs;
mod frontend_guide;
mod layers;
mod packaging;
mod source_graph;
mod threat_model;
mod traffic_generator;
