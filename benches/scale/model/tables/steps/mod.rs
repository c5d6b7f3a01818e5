//! What is added, in which order, from when on, and for how much.

use super::{Basis, Table};
use crate::model::numbers::rounded;

mod back;
mod front;

/// A step: what, from when on, for how much a month, and what breaks next.
type Step = [String; 4];

/// All steps, in their order.
pub fn steps(basis: &Basis) -> Table {
    let steps = [
        front::defaults(basis),
        front::larger_edge(basis),
        front::no_single_machine(basis),
        front::more_edges(basis),
        front::edge_cache(basis),
        back::more_servers(basis),
        back::by_product(basis),
        back::replicas(basis),
        back::shards(basis),
        front::cdn(basis),
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

fn requests(rate: f64) -> String {
    format!("{} requests/s", rounded(rate))
}
