//! Tests of the whole program: the real binary against a real PostgreSQL.
mod catalogues;
mod fixtures;
mod model;
