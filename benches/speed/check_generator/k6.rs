//! Latencies of the traffic generator against those of `k6`, which also keeps a constant rate.

use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use serde_json::Value;
use tempfile::NamedTempFile;

use super::{PATH, same_path};
use crate::{
    Bench, Results,
    support::{arguments::argument, process::ending_with_us, server::Server},
    traffic::{self, Workload},
};

/// Requests per second, few enough for `k6` beside a server on two cores.
const RATE: u32 = 2_000;

/// Measures both with the same requests to one server, one after the other.
pub(super) async fn measure(bench: &Bench<'_>, results: &mut Results) {
    let what = "latency at 2,000 requests/s, one path: this generator against `k6`";
    let program = argument("--k6").unwrap_or_else(|| "k6".to_owned());
    if Command::new(&program).arg("version").output().is_err() {
        results
            .table
            .row(what, "printed", "k6 is not installed".to_owned());
        return;
    }
    let server = Server::start(&bench.database_url).await;
    let workload = Workload {
        rate: Some(RATE.into()),
        ..same_path(bench, &server)
    };
    let ours = traffic::run(&workload).await;
    assert!(ours.is_clean(), "{}", ours.faults());
    let theirs = run(&program, &server, &workload).await;
    let measured = format!(
        "p50 {:.2} ms against {:.2} ms, p99 {:.2} ms against {:.2} ms",
        ours.latency.p50_ms,
        figure(&theirs, "p(50)"),
        ours.latency.p99_ms,
        figure(&theirs, "p(99)"),
    );
    results.table.row(what, "printed", measured);
}

/// Returns the summary of `k6`.
async fn run(program: &str, server: &Server, workload: &Workload) -> Value {
    let mut script = NamedTempFile::with_suffix(".js").expect("there is room for a script");
    let text = script_for(server, workload);
    script
        .write_all(text.as_bytes())
        .expect("it can be written");
    let summary = NamedTempFile::new().expect("there is room for a summary");
    let mut command = ending_with_us(program, None);
    command
        .args(["run", "--quiet", "--no-usage-report", "--summary-export"])
        .args([summary.path(), script.path()])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let status = tokio::process::Command::from(command)
        .kill_on_drop(true)
        .status()
        .await;
    assert!(status.expect("k6 runs").success(), "k6 succeeds");
    let summary = fs::read(summary.path()).expect("k6 writes its summary");
    serde_json::from_slice(&summary).expect("it is JSON")
}

fn script_for(server: &Server, workload: &Workload) -> String {
    let (url, seconds) = (server.url(PATH), workload.duration.as_secs());
    let connections = workload.connections;
    format!(
        "import http from 'k6/http';
export const options = {{
  discardResponseBodies: true,
  summaryTrendStats: ['p(50)', 'p(99)'],
  scenarios: {{ constant: {{
    executor: 'constant-arrival-rate', rate: {RATE}, timeUnit: '1s', duration: '{seconds}s',
    preAllocatedVUs: {connections}
  }} }},
}};
export default () => {{ http.get('{url}'); }};
"
    )
}

fn figure(summary: &Value, name: &str) -> f64 {
    let figure = summary["metrics"]["http_req_duration"][name].as_f64();
    figure.expect("k6 reports it")
}
