//! What in the design breaks first, and when.

use super::{Basis, Table};
use crate::model::{
    costs::Costs,
    databases::{following_us, pages_in_memory, refresh_limit},
    edge_settings::edge_setting,
    edges,
    numbers::{grouped, per_second, rounded},
    servers,
};

/// Longest time that a miss is thought to take, in seconds.
const MISS_SECONDS: f64 = 0.01;

/// Connections that a server accepts (default of `--max-connections`).
const SERVER_CONNECTIONS: f64 = 10_000.0;

/// Products at which changes are as many as one refresher composes with time to spare.
pub fn refresher_products(costs: &Costs) -> f64 {
    refresh_limit(costs) / costs.changes_per_second(1.0)
}

/// Products whose documents the largest instance keeps in memory.
pub fn memory_products(basis: &Basis) -> f64 {
    pages_in_memory(basis.prices.largest()) / basis.costs.document_bytes_per_product
}

/// Rows that a processor of PostgreSQL reads in a second with time to spare.
pub fn rows_per_processor(costs: &Costs) -> f64 {
    costs.utilisation * 1e6 / costs.database_row_us
}

fn millions(products: f64) -> String {
    format!("{} million products", rounded(products / 1e6))
}

/// What, bound by what, and up to where.
type Limit = (&'static str, &'static str, String);

/// Limits of rate and of machines.
pub fn limits(basis: &Basis) -> Table {
    let limits = [of_edges(basis), of_servers(basis), of_databases(basis)];
    let row = |(what, by, at): Limit| vec![what.to_owned(), by.to_owned(), at];
    let rows = limits.into_iter().flatten().map(row);
    Table::new("limits", &["what", "bound by", "up to"], rows.collect())
}

fn of_edges(basis: &Basis) -> Vec<Limit> {
    let (edge, binding) = edges::capacity(&basis.costs, basis.prices.named("c7a.4xlarge"));
    let total = "EDGE_TOTAL_REQUESTS_PER_SECOND";
    let at_a_time = edge_setting("EDGE_SERVER_REQUESTS") / MISS_SECONDS;
    let workers = basis.prices.named("c7a.4xlarge").vcpus;
    let open = workers * edge_setting("EDGE_WORKER_CONNECTIONS");
    let opened = open / edge_setting("EDGE_IDLE_TIMEOUT");
    let kept = SERVER_CONNECTIONS / edge_setting("EDGE_KEEPALIVE");
    vec![
        (
            "all edges' limit for all clients, each by itself",
            "`EDGE_TOTAL_REQUESTS_PER_SECOND`",
            per_second(edge_setting(total)),
        ),
        (
            "one edge",
            binding,
            format!("{} (c7a.4xlarge)", per_second(edge)),
        ),
        (
            "one edge's connections of clients, if each is kept",
            "`EDGE_WORKER_CONNECTIONS`, `EDGE_IDLE_TIMEOUT`",
            format!(
                "{} (c7a.4xlarge); beyond, idle ones are closed",
                per_second(opened * basis.costs.requests_per_connection)
            ),
        ),
        (
            "connections of edges to one server, if each is kept",
            "`--max-connections`, `EDGE_KEEPALIVE`",
            format!(
                "{} processors of edges for each server",
                grouped(kept.floor())
            ),
        ),
        (
            "one server, by requests at a time",
            "`EDGE_SERVER_REQUESTS`",
            format!(
                "{} for each edge, if they take 10 ms",
                per_second(at_a_time)
            ),
        ),
    ]
}

fn of_servers(basis: &Basis) -> Vec<Limit> {
    let costs = &basis.costs;
    let busy = costs.utilisation * 1e6;
    let held = servers::held(costs, basis.prices.named("r7a.4xlarge"));
    vec![
        (
            "hits of one processor of a server",
            "processor",
            per_second(busy / servers::request_us(costs, 1.0)),
        ),
        (
            "misses of one processor of a server",
            "processor",
            per_second(busy / servers::request_us(costs, 0.0)),
        ),
        (
            "the whole catalogue in each server",
            "memory",
            format!("{} (r7a.4xlarge)", millions(held)),
        ),
    ]
}

fn of_databases(basis: &Basis) -> Vec<Limit> {
    let costs = &basis.costs;
    let refresher = format!(
        "{}: {}",
        per_second(refresh_limit(costs)),
        millions(refresher_products(costs))
    );
    let followers = |changes| {
        let servers = costs.utilisation * 1e6 / following_us(costs, changes);
        format!("{} for each processor", grouped(servers.floor()))
    };
    vec![
        (
            "rows read by one processor of PostgreSQL",
            "processor",
            per_second(rows_per_processor(costs)),
        ),
        (
            "documents in one database's memory",
            "memory",
            format!(
                "{} ({})",
                millions(memory_products(basis)),
                basis.prices.largest().name
            ),
        ),
        ("one refresher", "its lock: one at a time", refresher),
        (
            "servers that follow the feed while nothing changes",
            "PostgreSQL's processor",
            followers(0.0),
        ),
        (
            "the same while hundreds of changes come each second",
            "PostgreSQL's processor",
            followers(1e3),
        ),
    ]
}
