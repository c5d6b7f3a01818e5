//! Steps at the servers and behind them.

use super::{Step, requests, step};
use crate::model::{
    numbers::{dollars, rounded},
    servers,
    tables::{
        Basis,
        limits::{refresher_products, rows_per_processor},
    },
};

pub fn more_servers(basis: &Basis) -> Step {
    let server = basis.prices.named("c7a.xlarge");
    let hits = server.vcpus * basis.costs.utilisation * 1e6 / basis.costs.hit_us;
    step(
        "more servers (c7a.xlarge)",
        &format!("each {} from memory", requests(hits)),
        &format!("{} each", dollars(server.monthly())),
        "looks of all servers at feed and queue; `--no-refresh` on all but three takes most of it away",
    )
}

pub fn by_product(basis: &Basis) -> Step {
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

pub fn replicas(basis: &Basis) -> Step {
    let database = basis.prices.named("r7a.4xlarge");
    let rows = database.vcpus * rows_per_processor(&basis.costs);
    step(
        "read replicas by streaming replication (r7a.4xlarge)",
        &format!("each {} rows/s; the primary keeps composing", rounded(rows)),
        &format!("{} each, and its disk", dollars(database.monthly())),
        "own writes: `no-cache` knows only what the replica knows (`synchronous_commit = remote_apply` mends it); `LISTEN` (`--no-feed-listen`)",
    )
}

pub fn shards(basis: &Basis) -> Step {
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
