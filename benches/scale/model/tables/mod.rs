//! The tables of `docs/scale.md`.

use super::{costs::Costs, plan::Demand, prices::Prices};

mod catalogues;
mod cdn;
mod demands;
mod edge_cache;
pub mod hit_ratios;
mod inputs;
mod limits;
pub mod queues;
mod steps;
mod warm_up;

/// What a table is made from.
pub struct Basis {
    pub costs: Costs,
    pub prices: Prices,
}

impl Basis {
    /// The committed files.
    pub fn committed() -> Self {
        Self {
            costs: Costs::committed(),
            prices: Prices::committed(),
        }
    }
}

/// Rates of requests that are reckoned with.
const RATES: [f64; 3] = [1e4, 1e6, 1e7];

/// Sizes of catalogues that are reckoned with.
const CATALOGUES: [f64; 3] = [1e6, 1e8, 1e9];

/// Every rate with every catalogue.
fn demands() -> impl Iterator<Item = Demand> {
    RATES.into_iter().flat_map(|requests_per_second| {
        CATALOGUES.into_iter().map(move |products| Demand {
            requests_per_second,
            products,
        })
    })
}

/// A table of Markdown.
pub struct Table {
    /// What the page calls it.
    pub name: &'static str,
    head: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new(name: &'static str, head: &'static [&'static str], rows: Vec<Vec<String>>) -> Self {
        Self { name, head, rows }
    }

    /// Its lines.
    pub fn to_markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let head: Vec<String> = self.head.iter().map(ToString::to_string).collect();
        let rule = vec!["---".to_owned(); head.len()];
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        line(&head) + &line(&rule) + &rows
    }
}

/// All tables.
pub fn all(basis: &Basis) -> Vec<Table> {
    let cases = demands::cases(basis);
    vec![
        inputs::costs(),
        inputs::prices(basis),
        inputs::other_prices(basis),
        demands::summary(&cases),
        demands::details(&cases),
        demands::by_product(&cases),
        steps::steps(basis),
        limits::limits(basis),
        catalogues::catalogues(basis),
        warm_up::warm_up(basis, &cases),
        edge_cache::edge_cache(basis),
        cdn::cdn(basis),
        queues::queues(basis),
        hit_ratios::least_recently_used(basis),
        hit_ratios::kept(basis),
    ]
}
