//! How many edges: NGINX, which ends TLS and asks servers.

use super::{
    costs::Costs,
    network::{answer_bytes, gigabits, to_internet},
    plan::{Fleet, cheapest},
    prices::{Instance, Prices},
};

/// One may fail.
const LEAST: f64 = 2.0;

/// Processor time of one request at the edge, in microseconds.
pub fn request_us(costs: &Costs) -> f64 {
    costs.edge_us + costs.edge_tls_us + costs.handshake_us / costs.requests_per_connection
}

/// Requests per second that one edge takes, and what binds it.
pub fn capacity(costs: &Costs, instance: &Instance) -> (f64, &'static str) {
    let processor = instance.vcpus * costs.utilisation * 1e6 / request_us(costs);
    let internet = to_internet(instance.vcpus, instance.gigabits) * costs.utilisation;
    let network = internet / gigabits(1.0, answer_bytes(costs));
    if processor <= network {
        (processor, "processor")
    } else {
        (network, "network")
    }
}

/// The cheapest edges for so many requests.
///
/// # Panics
///
/// If there is no instance that is small enough.
pub fn fleet(costs: &Costs, prices: &Prices, requests_per_second: f64) -> Fleet {
    let instances = prices.instances.iter();
    let small = instances.filter(|instance| instance.vcpus <= costs.largest_vcpus);
    let fleets = small.map(|instance| {
        let (capacity, binding) = capacity(costs, instance);
        Fleet::new(instance, requests_per_second / capacity, LEAST, binding)
    });
    let chosen = cheapest(fleets.collect(), Fleet::monthly, |fleet| fleet.count);
    chosen.expect("there are instances")
}
