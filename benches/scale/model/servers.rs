//! What servers hold, and what their processors do.

use super::{
    costs::Costs,
    hit_ratio::least_recently_used,
    network::{gigabits, inner_bytes},
    plan::{Demand, Routing},
    popularity::Popularity,
    prices::Instance,
};

/// Three zones, one server in each.
pub const LEAST: f64 = 3.0;

/// What so many servers do with a demand.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    pub hit_ratio: f64,
    /// Rows that they read from the database in a second: misses, and what changed of what they hold.
    pub reads_per_second: f64,
    /// How many servers would do for processor and network.
    pub needed: f64,
    /// Which of the two.
    pub binding: &'static str,
}

/// Products that one server holds.
pub fn held(costs: &Costs, instance: &Instance) -> f64 {
    instance.memory_bytes() * costs.memory_share / costs.cache_bytes_per_product
}

/// Processor time of one request, in microseconds.
pub fn request_us(costs: &Costs, hit_ratio: f64) -> f64 {
    hit_ratio * costs.hit_us + (1.0 - hit_ratio) * (costs.miss_us + costs.encoding_us)
}

/// What `count` servers do.
pub fn work(costs: &Costs, demand: &Demand, servers: (&Instance, f64), routing: Routing) -> Work {
    let (instance, count) = servers;
    // Servers that get the same requests hold the same products.
    let (holders, copies) = match routing {
        Routing::Any => (1.0, count),
        Routing::ByProduct => (count, 1.0),
    };
    let held = (holders * held(costs, instance)).min(demand.products);
    let popularity = Popularity::new(demand.products, costs.popularity_exponent);
    let hit_ratio = least_recently_used(&popularity, held);
    let misses = demand.requests_per_second * (1.0 - hit_ratio);
    let refreshed = costs.changes_per_second(demand.products) * copies * held / demand.products;
    let busy = (demand.requests_per_second * request_us(costs, hit_ratio)
        + refreshed * costs.miss_us)
        / 1e6;
    let processor = busy / costs.utilisation / instance.vcpus;
    let sent = gigabits(demand.requests_per_second, inner_bytes(costs));
    let network = sent / costs.utilisation / instance.gigabits;
    Work {
        hit_ratio,
        reads_per_second: misses + refreshed,
        needed: processor.max(network),
        binding: if processor >= network {
            "processor"
        } else {
            "network"
        },
    }
}
