//! Closed loop of the traffic generator against that of `wrk`.

use std::process::Command;

use super::{CONNECTIONS, GENERATOR_PROCESSOR, PATH, SERVER_PROCESSOR, same_path};
use crate::{
    Bench, Results,
    support::{
        numbers::median,
        process::ending_with_us,
        server::{Server, ServerOptions},
    },
    traffic::{self, Workload},
};

/// Measures both with the same requests to one server, in turn.
pub(super) async fn measure(bench: &Bench<'_>, results: &mut Results) {
    let what = "answers/s, closed loop, 64 connections, one path: this generator against `wrk`";
    if Command::new("wrk").arg("-v").output().is_err() {
        results
            .table
            .row(what, "printed", "wrk is not installed".to_owned());
        return;
    }
    let options = ServerOptions {
        processors: Some(SERVER_PROCESSOR),
        ..ServerOptions::default()
    };
    let server = Server::start_with(&bench.database_url, &options).await;
    let workload = Workload {
        processors: Some(GENERATOR_PROCESSOR),
        ..same_path(bench, &server)
    };
    let (mut ours, mut theirs, mut ratios) = (vec![], vec![], vec![]);
    for _ in 0..bench.plan.rounds {
        let report = traffic::run(&workload).await;
        assert!(report.is_clean(), "{}", report.faults());
        let wrk = run(&server, &workload).await;
        ratios.push(report.per_second() / wrk);
        ours.push(report.per_second());
        theirs.push(wrk);
    }
    let measured = format!(
        "{:.2} × ({:.0}/s against {:.0}/s)",
        median(&mut ratios),
        median(&mut ours),
        median(&mut theirs)
    );
    results.table.row(what, "printed", measured);
}

/// Returns the responses per second that `wrk` receives.
async fn run(server: &Server, workload: &Workload) -> f64 {
    let mut command = ending_with_us("wrk", workload.processors);
    command
        .args(["--threads", "1"])
        .args(["--connections", &CONNECTIONS.to_string()])
        .args(["--duration", &format!("{}s", workload.duration.as_secs())])
        .arg(server.url(PATH));
    let output = tokio::process::Command::from(command)
        .kill_on_drop(true)
        .output()
        .await;
    let output = String::from_utf8(output.expect("wrk runs").stdout).expect("wrk prints text");
    let mut lines = output.lines();
    let rate = lines.find_map(|line| line.strip_prefix("Requests/sec:")?.trim().parse().ok());
    rate.expect("wrk prints a rate")
}
