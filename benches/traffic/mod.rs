//! A traffic generator for HTTP/1.1 that does not leave out what the server's pauses keep it from sending.
//!
//! Requests are due at a constant rate, whether those before them were answered or not, and latency is counted from
//! when a request was due: a server that stops for a second is seen to keep a second's worth of requests waiting.
//! It shares the processors with what it measures, so it is one thread that sleeps until something is due or
//! arrives, and does as little as it can per request.

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
    /// Ids, uniform in this range.
    pub ids: RangeInclusive<u64>,
    pub connections: usize,
    /// Requests per second, evenly spaced. If there is none, each connection sends its next request when it was
    /// answered.
    pub rate: Option<f64>,
    pub warm_up: Duration,
    pub duration: Duration,
    pub accept_encoding: Option<String>,
    pub seed: u64,
    /// Processors that the generator is bound to, as `taskset -c` takes them.
    pub processors: Option<&'static str>,
}

impl Workload {
    /// The product mix from all over a catalog of `products`, in a closed loop of 64 connections, to begin with.
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
