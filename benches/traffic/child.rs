//! The traffic generator in a process of its own.

use std::{env, process::Stdio};

use tokio::process::Command;

use super::{Report, Workload, arguments};
use crate::support::process::ending_with_us;

/// Runs the workload in a child process that is bound to `processors` and is killed when the future is dropped.
///
/// # Panics
///
/// If there is no report, because no connection could be opened.
pub async fn run(workload: &Workload) -> Report {
    let program = env::current_exe().expect("we are a program");
    let mut command = ending_with_us(program, workload.processors);
    command
        .arg("traffic")
        .args(arguments::of(workload))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = Command::from(command).kill_on_drop(true).output().await;
    let output = output.expect("the traffic generator starts");
    assert!(output.status.success(), "the traffic generator reports");
    serde_json::from_slice(&output.stdout).expect("a report is JSON")
}
