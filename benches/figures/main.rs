//! Prints the figures of the README that are about loading and paging, measured in this run.
//!
//! `cargo bench --bench figures` takes some minutes and 15 GB of disk at full size;
//! `cargo bench --bench figures -- --products 20000` is a quick look.

mod loading;
mod paging;
mod support;

use std::path::PathBuf;

use support::{Scratch, Table};

/// Size of the real catalogue.
const FULL_SIZE: u64 = 1_000_011;

#[tokio::main]
async fn main() {
    let products =
        support::argument("--products").map_or(FULL_SIZE, |text| text.parse().expect("a number"));
    let rounds = support::argument("--rounds").map_or(3, |text| text.parse().expect("a number"));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("figures-{products}"));
    let scratch = Scratch::prepare(folder, products).await;
    let mut table = Table::default();
    let database = loading::measure(&scratch, rounds, &mut table).await;
    paging::measure(&scratch, &database, products, &mut table).await;
    loading::count_sample(&scratch, &mut table).await;
    table.print(products);
    scratch.stop().await;
}
