//! What a publication does: every document is read again when it is asked for.

use super::{Basis, Table, demands::Case};
use crate::model::{
    hit_ratio::after,
    numbers::{grouped, percent, rounded},
    popularity::Popularity,
    servers,
};

/// Looks at the misses, in seconds after the publication.
const SECONDS: [f64; 3] = [1.0, 10.0, 60.0];

/// Misses as time goes by, and what is asked for in the beginning.
pub fn warm_up(basis: &Basis, cases: &[Case]) -> Table {
    let costs = &basis.costs;
    let rows = cases.iter().map(|Case { demand, any, .. }| {
        let popularity = Popularity::new(demand.products, costs.popularity_exponent);
        let each = demand.requests_per_second / any.servers.count;
        let misses = SECONDS.map(|seconds| {
            // A server holds no more than it did before.
            let hits = after(&popularity, each * seconds).min(any.work.hit_ratio);
            percent(1.0 - hits)
        });
        let servers = any.servers.count * any.servers.instance.vcpus;
        let copies = &any.databases.copies;
        let databases = any.databases.shards * copies.count * copies.instance.vcpus;
        let busy = demand.requests_per_second / 1e6;
        let first = [
            grouped(demand.requests_per_second),
            grouped(demand.products / 1e6),
        ];
        let needed = [
            times(busy * servers::request_us(costs, 0.0) / servers),
            times(busy * costs.database_row_us / databases),
        ];
        first.into_iter().chain(misses).chain(needed).collect()
    });
    let head = &[
        "requests/s",
        "million products",
        "misses after 1 s",
        "10 s",
        "60 s",
        "servers' processors, at first",
        "databases' processors, at first",
    ];
    Table::new("warm-up", head, rows.collect())
}

fn times(share: f64) -> String {
    if share < 1.0 {
        format!("{} busy", percent(share))
    } else {
        format!("{} × as many as there are", rounded(share))
    }
}
