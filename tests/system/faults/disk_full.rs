//! A full disk under the cache and the logs of the edge.

use std::{
    fs::File,
    io::{ErrorKind, Write as _},
    process::Command,
    time::Duration,
};

use rustix::process::getuid;
use tokio::time::sleep;

use crate::{
    faults::{client_report::print_line, system::System, traffic::Traffic},
    parts::edge::EdgeOptions,
};

/// Duration of the traffic before and after the disk is full.
const QUIET: Duration = Duration::from_secs(3);

#[tokio::test]
async fn the_disk_of_the_edge_is_full() {
    if !can_mount() {
        eprintln!("skipped: this account may not mount a file system of its own");
        return;
    }
    let system = System::start_with(&EdgeOptions {
        small_disk: true,
        ..EdgeOptions::default()
    })
    .await;
    let traffic = Traffic::start(system.steady_workload().await);
    sleep(QUIET).await;
    fill(&system);
    sleep(QUIET).await;
    let seen = traffic.stop().await;
    print_line(
        "disk full under the edge's cache and logs",
        &seen.to_string(),
        "answers go on",
    );
    assert_eq!(seen.failures().len(), 0, "{seen}");
}

/// Writes until the disk is full.
fn fill(system: &System) {
    let mut file = File::create(system.edge.disk().join("filler")).unwrap();
    let full = loop {
        if let Err(error) = file.write_all(&[0; 4096]) {
            break error;
        }
    };
    assert_eq!(full.kind(), ErrorKind::StorageFull, "{full}");
}

fn can_mount() -> bool {
    let mut command = Command::new("unshare");
    command.arg("--mount");
    if !getuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    let status = command
        .args(["mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .status();
    status.is_ok_and(|status| status.success())
}
