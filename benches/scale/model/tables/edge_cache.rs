//! What the edge's own cache is worth.

use super::{Basis, Table, demands};
use crate::model::{
    costs::Costs,
    edges,
    hit_ratio::kept_for,
    numbers::{grouped, percent},
    popularity::Popularity,
};

/// Shares of the three documents of a product among its requests.
pub const DOCUMENTS: [f64; 3] = [0.4, 0.4, 0.2];

/// For how long answers may be kept, in seconds.
const KEPT: [f64; 3] = [1.0, 10.0, 60.0];

/// From what share of hits on the edge's cache saves more processor time than it takes.
pub fn break_even(costs: &Costs) -> f64 {
    let saved = costs.edge_us - costs.edge_hit_us + costs.hit_us;
    costs.edge_store_us / (saved + costs.edge_store_us)
}

/// Share of hits in each edge's cache.
pub fn edge_cache(basis: &Basis) -> Table {
    let costs = &basis.costs;
    let rows = demands().map(|demand| {
        let edges = edges::fleet(costs, &basis.prices, demand.requests_per_second).count;
        let products = Popularity::new(demand.products, costs.popularity_exponent);
        let documents = products.documents(&DOCUMENTS);
        let hits = KEPT.map(|seconds| {
            let ratio = kept_for(&documents, demand.requests_per_second / edges, seconds);
            let mark = if ratio > break_even(costs) {
                ", pays"
            } else {
                ""
            };
            format!("{}{mark}", percent(ratio))
        });
        let first = [
            grouped(demand.requests_per_second),
            grouped(demand.products / 1e6),
            grouped(edges),
        ];
        first.into_iter().chain(hits).collect()
    });
    let head = &[
        "requests/s",
        "million products",
        "edges",
        "kept 1 s",
        "10 s",
        "60 s",
    ];
    Table::new("edge-cache", head, rows.collect())
}
