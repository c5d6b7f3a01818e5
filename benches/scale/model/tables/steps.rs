//! What is added, in which order, from when on, and for how much.

use super::{
    Basis, Table,
    cdn::price_of_million,
    edge_cache::break_even,
    limits::{edge_setting, refresher_products, rows_per_processor},
};
use crate::model::{
    edges,
    network::internet_dollars,
    numbers::{dollars, percent, rounded},
    prices::{DefaultInstance, MONTH_SECONDS},
    servers,
};

/// A step: what, from when on, for how much a month, and what breaks next.
type Step = [String; 4];

/// All steps, in their order.
pub fn steps(basis: &Basis) -> Table {
    let steps = [
        defaults(basis),
        larger_edge(basis),
        no_single_machine(basis),
        more_edges(basis),
        edge_cache(basis),
        more_servers(basis),
        by_product(basis),
        replicas(basis),
        shards(basis),
        cdn(basis),
    ];
    let numbered = steps.into_iter().zip(1..);
    let rows = numbered.map(|(step, number)| {
        let number = format!("{number}");
        [number].into_iter().chain(step).collect()
    });
    let head = &["", "add", "when", "a month", "breaks first then"];
    Table::new("steps", head, rows.collect())
}

fn step(what: &str, when: &str, price: &str, breaks: &str) -> Step {
    [what, when, price, breaks].map(str::to_owned)
}

fn monthly(basis: &Basis, instance: &str) -> String {
    dollars(basis.prices.named(instance).monthly())
}

fn thousands(rate: f64) -> String {
    format!("{} requests/s", rounded(rate))
}

fn defaults(basis: &Basis) -> Step {
    let defaults = &basis.prices.terraform_defaults;
    let written = |one: &DefaultInstance| format!("{} × {}", one.count, one.name);
    let names: Vec<String> = defaults.iter().map(written).collect();
    let machines: f64 = defaults.iter().map(DefaultInstance::monthly).sum();
    step(
        &format!("what `terraform/` makes by default ({})", names.join(", ")),
        "to begin with",
        &format!("{} and disks", dollars(machines)),
        "the edge: a small instance with credits for its processor, and the only one",
    )
}

fn larger_edge(basis: &Basis) -> Step {
    let small = basis.prices.named("c7a.large");
    let (from, _) = edges::capacity(&basis.costs, small);
    let limit = edge_setting("EDGE_TOTAL_REQUESTS_PER_SECOND");
    step(
        "an edge that keeps its processor (c7a.large to c7a.4xlarge)",
        &format!("one c7a.large is enough up to {}", thousands(from)),
        &format!(
            "{} to {}",
            monthly(basis, "c7a.large"),
            monthly(basis, "c7a.4xlarge")
        ),
        &format!(
            "`EDGE_TOTAL_REQUESTS_PER_SECOND` at {}: a setting",
            thousands(limit)
        ),
    )
}

fn no_single_machine(basis: &Basis) -> Step {
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

fn more_edges(basis: &Basis) -> Step {
    let (capacity, binding) = edges::capacity(&basis.costs, basis.prices.named("c7a.4xlarge"));
    step(
        "more edges (c7a.4xlarge)",
        &format!("each {}, by {binding}", thousands(capacity)),
        &format!(
            "{} each, and {} for bytes of each million requests",
            monthly(basis, "c7a.4xlarge"),
            cents(bytes_of_million(basis))
        ),
        "the edge's cache, which holds less of what each edge is asked for",
    )
}

fn edge_cache(basis: &Basis) -> Step {
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

fn more_servers(basis: &Basis) -> Step {
    let server = basis.prices.named("c7a.xlarge");
    let hits = server.vcpus * basis.costs.utilisation * 1e6 / basis.costs.hit_us;
    step(
        "more servers (c7a.xlarge)",
        &format!("each {} from memory", thousands(hits)),
        &format!("{} each", dollars(server.monthly())),
        "looks of all servers at feed and queue; `--no-refresh` on all but three takes most of it away",
    )
}

fn by_product(basis: &Basis) -> Step {
    let held = servers::held(&basis.costs, basis.prices.named("r7a.4xlarge"));
    step(
        "requests of a product to one server (`hash … consistent` in NGINX, instead of `least_conn`)",
        &format!(
            "more than {} million products, which an r7a.4xlarge holds",
            rounded(held / 1e6)
        ),
        "$0",
        "one very popular product; a server that is lost takes its part of memory with it",
    )
}

fn replicas(basis: &Basis) -> Step {
    let database = basis.prices.named("r7a.4xlarge");
    let rows = database.vcpus * rows_per_processor(&basis.costs);
    step(
        "read replicas by streaming replication (r7a.4xlarge)",
        &format!("each {} rows/s; the primary keeps composing", rounded(rows)),
        &format!("{} each, and its disk", dollars(database.monthly())),
        "own writes: `no-cache` knows only what the replica knows (`synchronous_commit = remote_apply` mends it); `LISTEN` (`--no-feed-listen`)",
    )
}

fn shards(basis: &Basis) -> Step {
    let refresher = refresher_products(&basis.costs) / 1e6;
    let changes = basis.costs.changes_per_product_and_day;
    let price = |instance| 2.0 * basis.prices.named(instance).monthly();
    step(
        "shards by product: whole systems by ranges of ids behind the edge, or Citus",
        &format!(
            "more than {} million products, if each changes {changes} × a day: one refresher",
            rounded(refresher)
        ),
        &format!(
            "{} to {} for each shard (2 × c7a.2xlarge to 2 × r7a.8xlarge)",
            dollars(price("c7a.2xlarge")),
            dollars(price("r7a.8xlarge"))
        ),
        "pages of `/products` over a boundary; foreign keys of `related_product`; Citus with statement triggers (never tried)",
    )
}

fn cdn(basis: &Basis) -> Step {
    step(
        "a CDN",
        "when clients are far away or attack; by list price never",
        &format!(
            "{} for each million requests, where bytes and edges cost {}",
            cents(price_of_million(basis)),
            cents(own_million(basis))
        ),
        "freshness, by what it keeps; limits per client (`EDGE_TRUSTED`)",
    )
}

fn cents(price: f64) -> String {
    format!("${price:.3}")
}

/// Bytes of a million requests to the internet, at the price of large amounts.
fn bytes_of_million(basis: &Basis) -> f64 {
    let rate = 1e6;
    let requests = rate * basis.costs.mean_over_peak * MONTH_SECONDS / 1e6;
    internet_dollars(&basis.costs, &basis.prices, rate) / requests
}

/// Bytes and edges of a million requests.
fn own_million(basis: &Basis) -> f64 {
    let rate = 1e6;
    let requests = rate * basis.costs.mean_over_peak * MONTH_SECONDS / 1e6;
    let edges = edges::fleet(&basis.costs, &basis.prices, rate).monthly();
    bytes_of_million(basis) + edges / requests
}
