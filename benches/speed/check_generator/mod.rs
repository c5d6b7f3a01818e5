//! Checks of the traffic generator itself.

mod k6;
mod stalls;
mod wrk;

use crate::{Bench, Results, support::server::Server, traffic::Workload};

/// Processor of the server, where it must not share it with the generators.
const SERVER_PROCESSOR: &str = "0";

/// Processor of the generators.
const GENERATOR_PROCESSOR: &str = "1";

/// Path that is requested: one path, which any generator can request.
const PATH: &str = "/products/1";

/// Connections of each generator.
const CONNECTIONS: usize = 64;

/// Compares the traffic generator with others, and with a server of known behavior.
pub async fn measure(bench: &Bench<'_>, results: &mut Results) {
    stalls::measure(bench, results).await;
    wrk::measure(bench, results).await;
    k6::measure(bench, results).await;
}

/// Returns a workload of one path in a closed loop.
fn same_path(bench: &Bench<'_>, server: &Server) -> Workload {
    Workload {
        paths: vec![(PATH.to_owned(), 1)],
        connections: CONNECTIONS,
        duration: bench.plan.seconds(5, 2),
        ..Workload::product_mix(&server.public, bench.plan.products)
    }
}
