//! Bytes saved by content encodings.

use std::time::Duration;

use crate::{
    Bench, Results,
    support::server::Server,
    traffic::{self, Workload},
};

/// Few connections, since speed does not matter here.
const CONNECTIONS: usize = 8;

/// Encodings in the order of the server's preference.
const ENCODINGS: [&str; 3] = ["br", "zstd", "gzip"];

/// Requests the same documents in the same order in every encoding.
pub async fn measure(bench: &Bench<'_>, results: &mut Results) {
    let server = Server::start(&bench.database_url).await;
    let plain = Workload {
        connections: CONNECTIONS,
        warm_up: Duration::ZERO,
        duration: bench.plan.seconds(5, 2),
        ..Workload::product_mix(&server.public, bench.plan.products)
    };
    let identity = bytes_per_answer(&plain).await;
    let mut measured = vec![format!("identity {identity:.0} B")];
    for encoding in ENCODINGS {
        let encoded = Workload {
            accept_encoding: Some(encoding.to_owned()),
            ..plain.clone()
        };
        let bytes = bytes_per_answer(&encoded).await;
        let share = 100.0 * bytes / identity;
        measured.push(format!("{encoding} {bytes:.0} B ({share:.0} %)"));
    }
    results.table.row(
        "bytes of a body of the product mix, on average",
        "printed",
        measured.join(", "),
    );
}

async fn bytes_per_answer(workload: &Workload) -> f64 {
    let report = traffic::run(workload).await;
    assert!(report.is_clean(), "{}", report.faults());
    let count = |count| f64::from(u32::try_from(count).expect("a short run sends less than 4 GB"));
    count(report.body_bytes) / count(report.ok)
}
