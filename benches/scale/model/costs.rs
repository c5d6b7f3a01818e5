//! What things cost, read from the committed file.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The file, which also says where each number comes from.
const FILE: &str = include_str!("../costs.json");

/// A number that everything is reckoned from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pub name: String,
    pub value: f64,
    pub unit: String,
    /// `measured`, `derived` from what was measured, or `assumed`.
    pub kind: String,
    /// How it was found: for what was measured, the command.
    pub source: String,
}

/// The values by name. A name that is missing in the file, or unknown here, is an error.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    pub hit_us: f64,
    pub miss_us: f64,
    pub encoding_us: f64,
    pub cache_bytes_per_product: f64,
    pub edge_us: f64,
    pub edge_hit_us: f64,
    pub edge_store_us: f64,
    pub edge_tls_us: f64,
    pub handshake_us: f64,
    pub body_bytes: f64,
    pub head_bytes: f64,
    pub database_row_us: f64,
    pub feed_poll_us: f64,
    pub refresher_looks_us: f64,
    pub refreshes_per_second: f64,
    pub document_bytes_per_product: f64,
    pub database_bytes_per_product: f64,
    pub index_bytes_per_product: f64,
    pub load_seconds_per_million: f64,
    pub disk_reads_per_row: f64,
    pub disk_reads_per_refresh: f64,
    pub requests_per_connection: f64,
    pub packet_bytes: f64,
    pub handshake_bytes: f64,
    pub popularity_exponent: f64,
    pub changes_per_product_and_day: f64,
    pub mean_over_peak: f64,
    pub utilisation: f64,
    pub memory_share: f64,
    pub largest_vcpus: f64,
    pub cdn_places: f64,
}

/// Every input, in the order of the file.
///
/// # Panics
///
/// If the committed file is not what [`Input`] says.
pub fn inputs() -> Vec<Input> {
    serde_json::from_str(FILE).expect("the committed costs can be read")
}

impl Costs {
    /// The committed costs.
    ///
    /// # Panics
    ///
    /// If a cost is missing or unknown.
    pub fn committed() -> Self {
        let named = |input: Input| (input.name, Value::from(input.value));
        let values: Map<String, Value> = inputs().into_iter().map(named).collect();
        serde_json::from_value(Value::Object(values)).expect("every cost is there, and no other")
    }

    /// Documents that change in a second.
    pub fn changes_per_second(&self, products: f64) -> f64 {
        products * self.changes_per_product_and_day / 86_400.0
    }
}
