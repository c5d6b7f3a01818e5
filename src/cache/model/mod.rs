//! Tests of the entry store: overlaps with moka itself, and a model checker that tries many interleavings.

mod database;
mod feed;
mod map;
mod overlaps;
mod races;
mod world;
