//! Models of the database, of moka and of those who use the cache, for a model checker.

pub(crate) mod database;
mod feed;
mod map;
mod races;
mod world;
