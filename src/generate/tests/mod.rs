//! Tests of whole generated exports.

mod content;
mod disk;
