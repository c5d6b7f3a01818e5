//! Memory beyond the cache's budget, while all cached entries are replaced repeatedly.

use futures_util::future::join_all;

use crate::{
    Bench, Results,
    support::{
        numbers::mebibytes,
        process::memory,
        server::{Server, ServerOptions},
    },
    traffic::{self, Workload, faults},
};

/// Largest budget, in bytes.
const BUDGET: u64 = 256 << 20;

/// Budget per product of a small catalog, which would otherwise fit completely.
const BUDGET_PER_PRODUCT: u64 = 512;

/// Allowance of the process beyond its budget: a number of mebibytes, and a share of the budget.
const OVERHEAD: (f64, f64) = (64.0, 0.05);

/// Encodings requested at the same time.
const ENCODINGS: [Option<&str>; 4] = [None, Some("br"), Some("zstd"), Some("gzip")];

/// Connections for each encoding.
const CONNECTIONS: usize = 32;

/// Requests everything in every encoding, in a closed loop.
pub async fn measure(bench: &Bench<'_>, results: &mut Results) {
    let budget = BUDGET.min(bench.plan.products * BUDGET_PER_PRODUCT);
    let capacity = budget.to_string();
    let options = ServerOptions {
        arguments: &["--cache-capacity-bytes", &capacity],
        ..ServerOptions::default()
    };
    let server = Server::start_with(&bench.database_url, &options).await;
    let workloads = workloads(bench, &server);
    let reports = join_all(workloads.iter().map(traffic::run)).await;
    let used = memory(server.pid()).expect("the server runs");
    let budget = mebibytes(budget);
    let bytes = server.metric("atelierex_cache_bytes");
    let entries = server.metric("atelierex_cache_entries");
    let per_second: f64 = reports.iter().map(traffic::Report::per_second).sum();
    let beyond = mebibytes(used.resident) - budget;
    let allowed = OVERHEAD.0 + OVERHEAD.1 * budget;
    let measured = format!(
        "{beyond:.0} MiB beyond a budget of {budget:.0} MiB, of {allowed:.0} allowed (at the peak {:.0} MiB), after {:.0} s at {per_second:.0}/s, {}",
        mebibytes(used.peak) - budget,
        bench.plan.seconds(120, 15).as_secs_f64(),
        faults(&reports)
    );
    results.table.judged(
        "resident memory over the cache's budget, random ids, four encodings",
        "≤ 64 MiB + 5 %",
        beyond <= allowed,
        &measured,
    );
    results.table.row(
        "bytes in the cache per product with its documents and encodings",
        "printed",
        format!(
            "{:.0} B ({entries:.0} products in {:.0} MiB)",
            bytes / entries,
            bytes / 1_048_576.0
        ),
    );
}

/// Workload for each encoding.
fn workloads(bench: &Bench<'_>, server: &Server) -> Vec<Workload> {
    let workloads = ENCODINGS.into_iter().zip(1..);
    let workloads = workloads.map(|(encoding, seed)| Workload {
        connections: CONNECTIONS,
        duration: bench.plan.seconds(120, 15),
        accept_encoding: encoding.map(str::to_owned),
        seed,
        ..Workload::product_mix(&server.public, bench.plan.products)
    });
    workloads.collect()
}
