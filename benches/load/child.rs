//! The generator as a process of its own.

use std::{env, process::Stdio};

use tokio::process::Command;

use super::{Load, Report, arguments};
use crate::support::process::ending_with_us;

/// Runs the load in a process of its own, bound to `processors`, which is killed when this is dropped.
///
/// # Panics
///
/// If there is no report, because no connection could be made.
pub async fn run(load: &Load) -> Report {
    let program = env::current_exe().expect("we are a program");
    let mut command = ending_with_us(program, load.processors);
    command
        .arg("load")
        .args(arguments::of(load))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = Command::from(command).kill_on_drop(true).output().await;
    let output = output.expect("the load generator starts");
    assert!(output.status.success(), "the load generator reports");
    serde_json::from_slice(&output.stdout).expect("a report is JSON")
}
