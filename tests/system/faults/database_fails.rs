//! A database that crashes, is cut off, or hangs.

use std::time::Duration;

use rustix::process::Signal;
use tokio::time::sleep;

use crate::{
    faults::{
        client_report::{milliseconds, print_line},
        duration::{lasting, words},
        propagation::change_becomes_visible,
        system::System,
        traffic::Traffic,
    },
    parts::{database::Database, edge::EdgeOptions, server::Urls},
    proxy::{Passage, Proxy},
};

/// Limit for two seconds on a busy machine.
const TWO_SECONDS: Duration = Duration::from_secs(10);

/// Duration of the traffic before the fault.
const QUIET: Duration = Duration::from_secs(2);

/// Stops the database under traffic and starts it again; prints and asserts what clients saw.
async fn endure(fault: &str, system: &System, away: impl AsyncFnOnce(), back: impl FnOnce()) {
    let traffic = Traffic::start(system.steady_workload().await);
    sleep(QUIET).await;
    away().await;
    back();
    let visible = change_becomes_visible(system).await;
    sleep(QUIET).await;
    let seen = traffic.stop().await;
    let saw = format!(
        "{seen}; a change visible {} after it was back, through the edge {}",
        milliseconds(visible.at_servers),
        milliseconds(visible.at_edge)
    );
    print_line(
        fault,
        &saw,
        "no failed request for cached products; changes visible ≤ 2 s after it is back",
    );
    assert_eq!(seen.failures().len(), 0, "{seen}");
    assert!(visible.at_edge < TWO_SECONDS, "{visible:?}");
}

#[tokio::test]
async fn the_database_is_killed_and_starts_again() {
    let system = System::start().await;
    let away = async || Database::get().signal_server(Signal::KILL);
    endure("PostgreSQL `kill -9` and restart", &system, away, || ()).await;
}

#[tokio::test]
async fn connections_to_the_database_are_cut() {
    let database = Database::get();
    let serve = Proxy::to(&database.url("SERVE")).await;
    let refresh = Proxy::to(&database.url("REFRESH")).await;
    let urls = Urls {
        serve: serve.url().to_owned(),
        refresh: refresh.url().to_owned(),
    };
    let system = System::start_on(&urls, &EdgeOptions::default()).await;
    let set = |passage| {
        serve.set(passage);
        refresh.set(passage);
    };
    let length = lasting(Duration::from_secs(6));
    let away = async || {
        set(Passage::Cut);
        sleep(length).await;
    };
    let fault = format!("connections to it cut for {}", words(length));
    endure(&fault, &system, away, || {
        set(Passage::Open);
    })
    .await;
}

#[tokio::test]
async fn the_database_hangs() {
    let system = System::start().await;
    let database = Database::get();
    let length = lasting(Duration::from_secs(20));
    let away = async || {
        database.signal_all(Signal::STOP);
        sleep(length).await;
    };
    let fault = format!("PostgreSQL frozen for {}", words(length));
    endure(&fault, &system, away, || {
        database.signal_all(Signal::CONT);
    })
    .await;
}
