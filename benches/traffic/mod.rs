//! A traffic generator for HTTP/1.1 without coordinated omission.
//!
//! Requests are due at a constant rate, even if earlier ones are not answered yet. Latency is measured from the due
//! time, so that a server that pauses for a second is charged with all requests due in that second. The generator
//! shares the processors with the measured server. So it is one thread, which sleeps until a request is due or bytes
//! arrive, and does as little as possible per request.

mod arguments;
mod child;
mod connection;
mod connections;
mod generator;
mod recorder;
mod report;
mod requests;
mod response;
mod timer;

use std::{net::SocketAddr, ops::RangeInclusive, time::Duration};

pub use arguments::main;
pub use child::run;
pub use generator::samples;
pub use recorder::Sample;
pub use report::{Report, faults};

/// Mix of requests of a shop's visitors, in percent.
pub const PRODUCT_MIX: [(&str, u32); 3] = [
    ("/products/{id}", 40),
    ("/products/{id}/styles", 40),
    ("/products/{id}/related", 20),
];

/// Requests to send.
#[derive(Clone, Debug)]
pub struct Workload {
    pub address: SocketAddr,
    /// Path templates with weights: `{id}` is replaced by a random id.
    pub paths: Vec<(String, u32)>,
    /// Ids, uniformly distributed in this range.
    pub ids: RangeInclusive<u64>,
    pub connections: usize,
    /// Requests per second, evenly spaced; `None` for a closed loop on each connection.
    pub rate: Option<f64>,
    pub warm_up: Duration,
    pub duration: Duration,
    pub accept_encoding: Option<String>,
    pub seed: u64,
    /// Processors to bind the generator to, as for `taskset -c`.
    pub processors: Option<&'static str>,
}

impl Workload {
    /// Returns the product mix for a catalog of `products`, in a closed loop of 64 connections.
    ///
    /// # Panics
    ///
    /// If `address` is no `host:port` with a numeric host.
    pub fn product_mix(address: &str, products: u64) -> Self {
        let paths = PRODUCT_MIX.map(|(path, weight)| (path.to_owned(), weight));
        Self {
            address: address.parse().expect("an address and a port"),
            paths: paths.into(),
            ids: 1..=products,
            connections: 64,
            rate: None,
            warm_up: Duration::from_secs(1),
            duration: Duration::from_secs(5),
            accept_encoding: None,
            seed: 1,
            processors: None,
        }
    }
}
