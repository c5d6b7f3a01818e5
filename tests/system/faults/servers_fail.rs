//! Servers that crash, hang, or are replaced.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::time::sleep;

use crate::{
    faults::{
        client_report::{Seen, milliseconds, print_line},
        duration::{lasting, words},
        system::{KNOWN, System},
        traffic::Traffic,
    },
    parts::{database::PRODUCTS, probe::get},
    traffic::Workload,
    wait::until,
};

/// Time during which the loss of a server is detected.
const DETECTION_TIME: Duration = Duration::from_secs(2);

/// Limit for one second on a busy machine.
const A_SECOND: Duration = Duration::from_secs(5);

/// Duration of the traffic before and after a fault.
const QUIET: Duration = Duration::from_secs(2);

fn expect_no_failure(seen: &Seen) {
    assert_eq!(seen.failures().len(), 0, "{seen}");
}

/// Prints the effect of a failed server, and asserts that no request failed.
fn judge(fault: &str, seen: &Seen, failed: Instant) {
    let noticing = seen.within(failed..failed + DETECTION_TIME).percentile(99);
    let saw = format!(
        "{seen}; p99 {} while it was noticed",
        milliseconds(noticing)
    );
    print_line(
        fault,
        &saw,
        "no failed request; p99 within 1 s while it is noticed",
    );
    expect_no_failure(seen);
    assert!(noticing < A_SECOND, "{noticing:?}");
}

#[tokio::test]
async fn one_server_is_killed() {
    let mut system = System::start().await;
    let traffic = Traffic::start(system.steady_workload().await);
    sleep(QUIET).await;
    let failed = Instant::now();
    system.servers[0].kill();
    sleep(DETECTION_TIME).await;
    system.servers[0].restart();
    system.servers[0].ready().await;
    sleep(QUIET).await;
    judge(
        "`kill -9` of one server of three",
        &traffic.stop().await,
        failed,
    );
}

#[tokio::test]
async fn one_server_hangs() {
    let system = System::start().await;
    let traffic = Traffic::start(system.steady_workload().await);
    sleep(QUIET).await;
    let failed = Instant::now();
    system.servers[0].signal(Signal::STOP);
    let length = lasting(Duration::from_secs(10));
    sleep(length).await;
    system.servers[0].signal(Signal::CONT);
    sleep(QUIET).await;
    let fault = format!("SIGSTOP of one for {}", words(length));
    judge(&fault, &traffic.stop().await, failed);
}

#[tokio::test]
async fn rolling_restart_of_all_servers() {
    let mut system = System::start().await;
    let traffic = Traffic::start(system.steady_workload().await);
    sleep(QUIET).await;
    for server in &mut system.servers {
        server.stop().await;
        server.restart();
        server.ready().await;
        // The edge avoids a failed server for a while.
        until("the edge asks it again", async || {
            server.has_answered().await
        })
        .await;
    }
    sleep(QUIET).await;
    let seen = traffic.stop().await;
    print_line(
        "rolling restart of all three",
        &seen.to_string(),
        "no failed request",
    );
    expect_no_failure(&seen);
}

#[tokio::test]
async fn all_servers_are_down() {
    let mut system = System::start().await;
    let workload = system.steady_workload().await;
    let known = Traffic::start(workload.clone());
    sleep(QUIET).await;
    for server in &mut system.servers {
        server.kill();
    }
    let unknown = Traffic::start(Workload {
        ids: KNOWN + 1..=PRODUCTS,
        rate: workload.rate.map(|rate| rate / 10.0),
        ..workload
    });
    let (length, down) = (lasting(Duration::from_secs(20)), Instant::now());
    while down.elapsed() < length {
        expect_refusal(&system.edge.address).await;
        sleep(Duration::from_millis(200)).await;
    }
    for server in &mut system.servers {
        server.restart();
    }
    system.servers[0].ready().await;
    let ready = Instant::now();
    until("an unknown product is answered", async || {
        get(&system.edge.address, &path_of(PRODUCTS)).await.status() == 200
    })
    .await;
    sleep(QUIET).await;
    let (known, unknown) = (known.stop().await, unknown.stop().await);
    let back = unknown.normal_after(ready, PATIENT);
    let saw = format!(
        "seen before: {known}; not seen before: {unknown}; back {} after the first server",
        milliseconds(back)
    );
    print_line(
        &format!("all servers down for {}", words(length)),
        &saw,
        "seen products are served stale; the rest 502/503 with `Retry-After`; back within 1 s",
    );
    expect_no_failure(&known);
    assert!(unknown.fails_only_with(&[502, 503]), "{unknown}");
    assert!(back < A_SECOND, "{back:?}");
}

/// Latency is not a matter of this fault.
const PATIENT: Duration = Duration::from_secs(10);

fn path_of(id: u64) -> String {
    format!("/products/{id}")
}

async fn expect_refusal(edge: &str) {
    let answer = get(edge, &path_of(PRODUCTS)).await;
    assert!([502, 503].contains(&answer.status().as_u16()), "{answer:?}");
    assert!(answer.headers().contains_key("retry-after"), "{answer:?}");
}
