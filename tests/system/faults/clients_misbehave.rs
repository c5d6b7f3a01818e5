//! Clients that are too slow or too many.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::{
    faults::{
        client_report::{Seen, milliseconds, print_line},
        duration::{lasting, words},
        slow_clients,
        system::System,
        traffic::Traffic,
    },
    parts::edge::EdgeOptions,
    support::{numbers::mebibytes, process::memory},
    traffic::Workload,
    wait::until,
};

/// Duration of a measurement.
const MEASURED: Duration = Duration::from_secs(6);

/// Number of clients of each kind that never finish.
const SLOW_CLIENTS: u32 = 2_000;

/// A p99 that proves nothing on a busy machine, even if it is a multiple of another.
const SHORT: Duration = Duration::from_secs(1);

/// Limits for half a second and two seconds on a busy machine.
const HALF_A_SECOND: Duration = Duration::from_secs(3);
const TWO_SECONDS: Duration = Duration::from_secs(10);

/// Maximum memory that the overload may take in addition, in bytes.
const MOST_MEMORY: u64 = 512 << 20;

#[tokio::test]
async fn clients_never_finish() {
    let system = System::start().await;
    let workload = system.steady_workload().await;
    let seen = async || {
        let traffic = Traffic::start(workload.clone());
        sleep(MEASURED).await;
        traffic.stop().await
    };
    let before = seen().await;
    let slow = slow_clients::start(&system.edge.address, SLOW_CLIENTS);
    until("most of them are connected", async || {
        connections(&system).await > SLOW_CLIENTS * 3 / 2
    })
    .await;
    let beside = seen().await;
    drop(slow);
    let after = seen().await;
    let (with, without) = (
        beside.percentile(99),
        before.percentile(99).max(after.percentile(99)),
    );
    let ratio = with.div_duration_f64(without);
    let saw = format!(
        "{beside}; p99 {ratio:.2} × ({} alone)",
        milliseconds(without)
    );
    print_line(
        "2,000 clients that send a header byte every 5 s, 2,000 that never read",
        &saw,
        "normal clients' p99 ≤ 1.5 ×",
    );
    assert_eq!(beside.failures().len(), 0, "{beside}");
    assert!(ratio <= 1.5 || with < SHORT, "{ratio}");
}

/// Returns the number of open connections at the edge.
async fn connections(system: &System) -> u32 {
    let status = reqwest::get(&system.edge.status).await;
    let status = status.expect("it answers").text().await;
    let status = status.expect("it is text");
    let active = status
        .lines()
        .find_map(|line| line.strip_prefix("Active connections: "));
    active
        .expect("it is there")
        .trim()
        .parse()
        .expect("a number")
}

#[tokio::test]
async fn ten_times_too_many_requests() {
    let settings = [
        ("EDGE_TOTAL_REQUESTS_PER_SECOND", "1500"),
        ("EDGE_TOTAL_BURST", "300"),
    ];
    let system = System::start_with(&EdgeOptions {
        settings: &settings,
        ..EdgeOptions::default()
    })
    .await;
    let workload = system.steady_workload().await;
    let memory_before = peak_memory(&system);
    let overload = Traffic::start(Workload {
        rate: workload.rate.map(|rate| 10.0 * rate),
        connections: 400,
        ..workload.clone()
    });
    let length = lasting(Duration::from_secs(30));
    sleep(length).await;
    let overload = overload.stop().await;
    let end = Instant::now();
    // The kernel counts the peak per thread, so that it can be read slightly lower than before.
    let grown = peak_memory(&system).saturating_sub(memory_before);
    let traffic = Traffic::start(workload);
    sleep(MEASURED / 2).await;
    let normal = traffic.stop().await.normal_after(end, HALF_A_SECOND);
    let fault = format!("10 × overload for {}", words(length));
    judge_overload(&fault, &overload, grown, normal);
}

fn judge_overload(fault: &str, overload: &Seen, grown: u64, normal: Duration) {
    let (good, bad) = (overload.good(), overload.bad());
    let accepted = good.percentile(99);
    let saw = format!(
        "{} accepted, p99 {}; {} refused, p99 {}; {:.0} MiB more memory; normal after {}",
        good.count(),
        milliseconds(accepted),
        bad.count(),
        milliseconds(bad.percentile(99)),
        mebibytes(grown),
        milliseconds(normal)
    );
    print_line(
        fault,
        &saw,
        "accepted requests p99 ≤ 500 ms, the rest 429/503 at once, memory bounded, normal within 2 s after",
    );
    assert!(overload.fails_only_with(&[429, 503]), "{overload}");
    assert!(bad.count() > good.count(), "{saw}");
    assert!(
        accepted < HALF_A_SECOND && bad.percentile(99) < HALF_A_SECOND,
        "{saw}"
    );
    assert!(grown < MOST_MEMORY && normal < TWO_SECONDS, "{saw}");
}

/// Returns the peak memory of the servers and the edge, in bytes.
fn peak_memory(system: &System) -> u64 {
    let servers = system.servers.iter();
    let servers = servers.map(|server| memory(server.pid()).expect("it runs").peak);
    system.edge.peak_memory() + servers.sum::<u64>()
}
