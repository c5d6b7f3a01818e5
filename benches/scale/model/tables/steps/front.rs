//! Steps in front of the servers.

use super::{Step, requests, step};
use crate::model::{
    edge_settings::edge_setting,
    edges,
    network::internet_dollars,
    numbers::{dollars, percent},
    prices::{DefaultMachine, MONTH_SECONDS},
    tables::{Basis, cdn::cdn_dollars, edge_cache::break_even},
};

fn monthly(basis: &Basis, instance: &str) -> String {
    dollars(basis.prices.named(instance).monthly())
}

/// Dollars for each of a month's millions of requests, at a peak of a million in a second.
fn of_million(basis: &Basis, dollars_per_month: impl Fn(f64) -> f64) -> String {
    let rate = 1e6;
    let millions = rate * basis.costs.mean_over_peak * MONTH_SECONDS / 1e6;
    format!("${:.3}", dollars_per_month(rate) / millions)
}

pub fn defaults(basis: &Basis) -> Step {
    let defaults = &basis.prices.terraform_defaults;
    let written = |one: &DefaultMachine| format!("{} × {}", one.count, one.name);
    let names: Vec<String> = defaults.iter().map(written).collect();
    let machines: f64 = defaults.iter().map(DefaultMachine::monthly).sum();
    step(
        &format!("what `terraform/` makes by default ({})", names.join(", ")),
        "to begin with",
        &format!("{} and disks", dollars(machines)),
        "the edge: a small instance with credits for its processor, and the only one",
    )
}

pub fn larger_edge(basis: &Basis) -> Step {
    let small = basis.prices.named("c7a.large");
    let (from, _) = edges::capacity(&basis.costs, small);
    let limit = edge_setting("EDGE_TOTAL_REQUESTS_PER_SECOND");
    step(
        "an edge that keeps its processor (c7a.large to c7a.4xlarge)",
        &format!("one c7a.large is enough up to {}", requests(from)),
        &format!(
            "{} to {}",
            monthly(basis, "c7a.large"),
            monthly(basis, "c7a.4xlarge")
        ),
        &format!(
            "`EDGE_TOTAL_REQUESTS_PER_SECOND` at {}: a setting",
            requests(limit)
        ),
    )
}

pub fn no_single_machine(basis: &Basis) -> Step {
    step(
        "a second edge, two addresses in DNS, and a standby of the database",
        "before the first machine that fails must not be noticed",
        &format!(
            "{} for c7a.large and r7a.large",
            dollars(
                basis.prices.named("c7a.large").monthly()
                    + basis.prices.named("r7a.large").monthly()
            )
        ),
        "limits per client, which each edge counts for itself; failover, which nothing here does by itself",
    )
}

pub fn more_edges(basis: &Basis) -> Step {
    let (capacity, binding) = edges::capacity(&basis.costs, basis.prices.named("c7a.4xlarge"));
    let internet = |rate| internet_dollars(&basis.costs, &basis.prices, rate);
    step(
        "more edges (c7a.4xlarge)",
        &format!("each {}, by {binding}", requests(capacity)),
        &format!(
            "{} each, and {} for bytes of each million requests",
            monthly(basis, "c7a.4xlarge"),
            of_million(basis, internet)
        ),
        "the edge's cache, which holds less of what each edge is asked for",
    )
}

pub fn edge_cache(basis: &Basis) -> Step {
    step(
        "the edge's cache for speed (it is on by default, for when servers are away)",
        &format!(
            "above {} hits it takes less of a processor than it saves",
            percent(break_even(&basis.costs))
        ),
        "$0",
        "freshness: a second more, twice with the edge's whole seconds",
    )
}

pub fn cdn(basis: &Basis) -> Step {
    let own = |rate| {
        let edges = edges::fleet(&basis.costs, &basis.prices, rate).monthly();
        edges + internet_dollars(&basis.costs, &basis.prices, rate)
    };
    step(
        "a CDN",
        "when clients are far away or attack; by list price never",
        &format!(
            "{} for each million requests, where bytes and edges cost {}",
            of_million(basis, |rate| cdn_dollars(basis, rate)),
            of_million(basis, own)
        ),
        "freshness, by what it keeps; limits per client (`EDGE_TRUSTED`)",
    )
}
