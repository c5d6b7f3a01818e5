//! What grows with the catalogue.

use super::{Basis, CATALOGUES, Table};
use crate::model::{
    costs::Costs,
    numbers::{bytes, duration, per_second, percent},
};

/// Share of a table's rows that are dead when autovacuum begins (PostgreSQL's default).
const DEAD_ROWS: f64 = 0.2;

/// Transactions after which PostgreSQL freezes old rows whatever happens (`autovacuum_freeze_max_age`).
const FREEZE_AFTER: f64 = 200e6;

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
