//! What a demand needs: the cheapest edges, servers and databases that hold every bound.

use super::{
    costs::Costs,
    databases::{Databases, Need, databases},
    edges, network,
    prices::{Instance, Prices},
    servers::{self, Work},
};

/// How many times as many servers as their processors need are tried: more memory for fewer misses.
const MULTIPLES: [f64; 8] = [1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0];

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// At the peak.
    pub requests_per_second: f64,
    pub products: f64,
}

/// Which server a request goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    /// Any: all hold the same products. As the edge does it.
    Any,
    /// The one that its product belongs to: each holds others.
    ByProduct,
}

/// Instances of one size that do the same.
#[derive(Clone, Debug)]
pub struct Fleet {
    pub instance: Instance,
    pub count: f64,
    /// What decides how many there are.
    pub binding: &'static str,
}

impl Fleet {
    /// `needed` instances, but no fewer than `least`.
    pub fn new(instance: &Instance, needed: f64, least: f64, binding: &'static str) -> Self {
        Self {
            instance: instance.clone(),
            count: needed.ceil().max(least),
            binding: if needed > least / 2.0 {
                binding
            } else {
                "spare"
            },
        }
    }

    /// Price of a month.
    pub fn monthly(&self) -> f64 {
        self.count * self.instance.monthly()
    }
}

/// What a demand needs.
#[derive(Clone, Debug)]
pub struct Plan {
    pub edges: Fleet,
    pub servers: Fleet,
    pub work: Work,
    pub databases: Databases,
    /// Dollars of a month for bytes to clients, and for those between zones.
    pub internet: f64,
    pub zones: f64,
}

impl Plan {
    /// Dollars of a month for instances and disks.
    pub fn machines(&self) -> f64 {
        self.edges.monthly() + self.servers.monthly() + self.databases.monthly()
    }

    /// Dollars of a month.
    pub fn monthly(&self) -> f64 {
        self.machines() + self.internet + self.zones
    }
}

/// How much dearer than the cheapest something may be that takes fewer instances.
const NEARLY: f64 = 1.05;

/// Of what is nearly the cheapest, that with the fewest instances.
pub fn cheapest<T>(
    candidates: Vec<T>,
    price: impl Fn(&T) -> f64,
    instances: impl Fn(&T) -> f64,
) -> Option<T> {
    let lowest = candidates.iter().map(&price).fold(f64::INFINITY, f64::min);
    let nearly = candidates
        .into_iter()
        .filter(|one| price(one) <= lowest * NEARLY);
    nearly.min_by(|a, b| instances(a).total_cmp(&instances(b)))
}

/// The cheapest plan.
///
/// # Panics
///
/// If there is no instance that is small enough.
pub fn plan(costs: &Costs, prices: &Prices, demand: &Demand, routing: Routing) -> Plan {
    let instances = prices.instances.iter();
    let small = instances.filter(|instance| instance.vcpus <= costs.largest_vcpus);
    let candidates = small.flat_map(|instance| server_counts(costs, demand, instance, routing));
    let plans = candidates.map(|servers| with_servers(costs, prices, demand, (servers, routing)));
    let sufficient = plans.filter(|plan| plan.work.needed <= plan.servers.count);
    let chosen = cheapest(sufficient.collect(), Plan::machines, |plan| {
        plan.servers.count
    });
    chosen.expect("there are instances")
}

/// Fleets of servers of one size to choose from.
fn server_counts(
    costs: &Costs,
    demand: &Demand,
    instance: &Instance,
    routing: Routing,
) -> impl Iterator<Item = Fleet> {
    let first = servers::work(costs, demand, (instance, servers::LEAST), routing);
    let least = Fleet::new(instance, first.needed, servers::LEAST, first.binding);
    MULTIPLES.into_iter().map(move |multiple| Fleet {
        count: (least.count * multiple).ceil(),
        binding: if multiple > 1.0 {
            "memory"
        } else {
            least.binding
        },
        ..least.clone()
    })
}

fn with_servers(
    costs: &Costs,
    prices: &Prices,
    demand: &Demand,
    (servers, routing): (Fleet, Routing),
) -> Plan {
    let work = servers::work(costs, demand, (&servers.instance, servers.count), routing);
    let need = Need {
        products: demand.products,
        reads_per_second: work.reads_per_second,
        servers: servers.count,
    };
    Plan {
        edges: edges::fleet(costs, prices, demand.requests_per_second),
        databases: databases(costs, prices, &need),
        internet: network::internet_dollars(costs, prices, demand.requests_per_second),
        zones: network::zone_dollars(costs, prices, demand.requests_per_second),
        servers,
        work,
    }
}
