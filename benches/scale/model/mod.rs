//! The arithmetic of scale: from measured costs to instances, and simulations that check its formulas.

pub mod admission;
pub mod costs;
pub mod databases;
pub mod edge_settings;
pub mod edges;
pub mod hit_ratio;
pub mod lru;
pub mod network;
pub mod numbers;
pub mod page;
pub mod plan;
pub mod popularity;
pub mod prices;
pub mod queue;
#[path = "../../support/random.rs"]
mod random;
pub mod requests;
pub mod servers;
pub mod tables;
