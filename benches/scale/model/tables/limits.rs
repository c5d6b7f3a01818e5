//! What in the design breaks first, and when.

use super::{Basis, CATALOGUES, Table};
use crate::model::{
    costs::Costs,
    databases::{following_us, pages_in_memory, refresh_limit},
    edges,
    numbers::{bytes, duration, grouped, percent, rounded},
    servers,
};

/// Settings of the edge.
const SETTINGS: &str = include_str!("../../../../nginx/settings.env");

/// Share of a table's rows that are dead when autovacuum begins (PostgreSQL's default).
const DEAD_ROWS: f64 = 0.2;

/// Transactions after which PostgreSQL freezes old rows whatever happens (`autovacuum_freeze_max_age`).
const FREEZE_AFTER: f64 = 200e6;

/// Longest time that a miss is thought to take, in seconds.
const MISS_SECONDS: f64 = 0.01;

/// The default of a setting of the edge.
pub fn edge_setting(name: &str) -> f64 {
    let value = SETTINGS
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    let number = value.and_then(|value| value.parse().ok());
    number.expect("the edge has the setting, and it is a number")
}

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

/// Limits of rate, machines and catalogue.
pub fn limits(basis: &Basis) -> Table {
    let costs = &basis.costs;
    let largest_edge = basis.prices.named("c7a.4xlarge");
    let largest_server = basis.prices.named("r7a.4xlarge");
    let (edge, edge_binding) = edges::capacity(costs, largest_edge);
    let rows = [
        (
            "the edge's total limit",
            "`EDGE_TOTAL_REQUESTS_PER_SECOND`",
            per_second(edge_setting("EDGE_TOTAL_REQUESTS_PER_SECOND")),
        ),
        (
            "one edge",
            edge_binding,
            format!("{} (c7a.4xlarge)", per_second(edge)),
        ),
        (
            "requests at a time for one server",
            "`EDGE_SERVER_REQUESTS`",
            format!(
                "{} if each takes 10 ms",
                per_second(edge_setting("EDGE_SERVER_REQUESTS") / MISS_SECONDS)
            ),
        ),
        (
            "hits of one processor of a server",
            "processor",
            per_second(costs.utilisation * 1e6 / costs.hit_us),
        ),
        (
            "misses of one processor of a server",
            "processor",
            per_second(costs.utilisation * 1e6 / servers::request_us(costs, 0.0)),
        ),
        (
            "whole catalogue in each server",
            "memory",
            format!(
                "{} (r7a.4xlarge)",
                millions(servers::held(costs, largest_server))
            ),
        ),
        (
            "reading from one processor of PostgreSQL",
            "processor",
            format!("{} rows", per_second(rows_per_processor(costs))),
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
        (
            "one refresher",
            "its lock: one at a time",
            format!(
                "{}: {}",
                per_second(refresh_limit(costs)),
                millions(refresher_products(costs))
            ),
        ),
        (
            "servers that follow the feed and nothing else happens",
            "PostgreSQL's processor",
            format!(
                "{} servers for each processor",
                grouped((costs.utilisation * 1e6 / following_us(costs, 0.0)).floor())
            ),
        ),
        (
            "the same while hundreds of changes come each second",
            "PostgreSQL's processor",
            format!(
                "{} servers for each processor",
                grouped((costs.utilisation * 1e6 / following_us(costs, 1e3)).floor())
            ),
        ),
    ];
    let rows = rows.map(|(what, by, at)| vec![what.to_owned(), by.to_owned(), at]);
    let head = &["what", "bound by", "up to"];
    Table::new("limits", head, rows.to_vec())
}

fn per_second(rate: f64) -> String {
    format!("{}/s", rounded(rate))
}

/// A property of a catalogue of so many products.
type Property = fn(&Costs, f64) -> String;

const PROPERTIES: [(&str, Property); 9] = [
    ("changes", |costs, products| {
        per_second(costs.changes_per_second(products))
    }),
    ("how busy one refresher would be", |costs, products| {
        percent(costs.changes_per_second(products) / costs.refreshes_per_second)
    }),
    (
        "load on one database of two processors",
        |costs, products| duration(costs.load_seconds_per_million * products / 1e6),
    ),
    ("documents", |costs, products| {
        bytes(costs.document_bytes_per_product * products)
    }),
    ("disk during a load (two catalogues)", |costs, products| {
        bytes(2.0 * costs.database_bytes_per_product * products)
    }),
    (
        "ids that a server reads when it starts",
        |costs, products| bytes(costs.index_bytes_per_product * products),
    ),
    (
        "dead documents when autovacuum begins",
        |costs, products| bytes(DEAD_ROWS * costs.document_bytes_per_product * products),
    ),
    ("from one forced freeze to the next", |costs, products| {
        duration(FREEZE_AFTER / costs.changes_per_second(products))
    }),
    (
        "reading all of it again, one processor of PostgreSQL",
        |costs, products| duration(products * costs.database_row_us / 1e6),
    ),
];

/// What grows with the catalogue.
pub fn catalogues(basis: &Basis) -> Table {
    let rows = PROPERTIES.map(|(name, property)| {
        let values = CATALOGUES.map(|products| property(&basis.costs, products));
        [name.to_owned()].into_iter().chain(values).collect()
    });
    let head = &["what", "1 million products", "100 million", "1,000 million"];
    Table::new("catalogues", head, rows.to_vec())
}
