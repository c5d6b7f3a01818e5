//! Prints the figures of docs/benchmarks.md about paging, product pages and the sample, measured in this run.
//!
//! `cargo bench --bench figures` takes some minutes and 15 GB of disk at full size;
//! `cargo bench --bench figures -- --products 20000` is a quick look.

mod paging;
mod product_pages;
mod sample;
#[allow(dead_code, reason = "each benchmark uses a part of it")]
#[path = "../support/mod.rs"]
mod support;

use support::{
    FULL_SIZE, arguments,
    scratch::{DATABASE, Scratch},
    table::Table,
};

#[tokio::main]
async fn main() {
    let products = arguments::number("--products", FULL_SIZE);
    let scratch = Scratch::prepare(products).await;
    let mut table = Table::default();
    let database = scratch.loaded_database(DATABASE).await;
    paging::measure(&scratch, &database, products, &mut table).await;
    product_pages::measure(&database, products, &mut table).await;
    sample::measure(&scratch, &mut table).await;
    table.print(products, "measured");
    scratch.stop().await;
}
