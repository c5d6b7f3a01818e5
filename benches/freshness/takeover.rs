//! Takeover after the refresher is killed.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::mpsc, task::JoinSet};

use super::{
    Plan,
    catalog::Catalog,
    fleet::Fleet,
    stream::{Change, Changes},
    support::{
        numbers::{median, worst},
        table::Table,
    },
    watch::{self, Outcome, Watch},
};

/// Target, in seconds.
const TARGET: f64 = 1.0;

/// Longest time until a server is the refresher.
const HELD_TIMEOUT: Duration = Duration::from_secs(10);

/// Changes per second during every second repetition.
const RATE: u32 = 200;

/// Kills the refresher repeatedly. A new server takes its place.
pub async fn measure(catalog: &Catalog, fleet: &mut Fleet, plan: Plan, table: &mut Table) {
    let mut outcomes = Vec::new();
    for round in 0..2 * plan.rounds {
        let is_busy = round % 2 == 1;
        let outcome = kill(catalog, fleet, is_busy).await;
        let beside = if is_busy { "beside changes" } else { "quiet" };
        eprintln!(
            "Kill {}, {beside}: {:.0} ms",
            round + 1,
            outcome.delay * 1e3
        );
        outcomes.push(outcome);
        fleet.add().await;
    }
    let mut delays: Vec<f64> = outcomes.iter().map(|outcome| outcome.delay).collect();
    let most = worst(&delays);
    let measured = format!(
        "worst {:.0} ms, median {:.0} ms of {} kills, every second beside {RATE} changes/s{}",
        most * 1e3,
        median(&mut delays) * 1e3,
        delays.len(),
        watch::missed(&outcomes),
    );
    table.judged(
        "the server that composes killed with `kill -9`: first change committed after that visible on the others",
        "≤ 1 s",
        most <= TARGET,
        &measured,
    );
}

async fn kill(catalog: &Catalog, fleet: &mut Fleet, is_busy: bool) -> Outcome {
    let _beside = if is_busy {
        Some(some_changes(catalog).await)
    } else {
        None
    };
    let writer = catalog.writer().await;
    let sku = catalog.pick(1).await[0];
    // A random pause, so that the kill falls into any part of a batch and of a renewal of the lease.
    let pause = 500 + catalog.random().up_to(500).cast_unsigned();
    tokio::time::sleep(Duration::from_millis(pause)).await;
    let holder = holder(fleet).await;
    let mut victim = fleet.servers.remove(holder);
    let mut watch = Watch::start(&fleet.addresses(), watch::PACE_OF_SINGLE_CHANGES);
    victim.kill();
    let quantity = catalog.new_quantity();
    let committed = writer.set(sku, quantity).await;
    watch.follow(0, sku, quantity, committed);
    watch.next().await.expect("it is followed")
}

/// Returns the refresher.
async fn holder(fleet: &Fleet) -> usize {
    let began = Instant::now();
    loop {
        if let Some(holder) = fleet.refresher() {
            return holder;
        }
        assert!(began.elapsed() < HELD_TIMEOUT, "no server composes");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Changes that continue until both are dropped.
async fn some_changes(catalog: &Catalog) -> (JoinSet<()>, mpsc::UnboundedReceiver<Change>) {
    let count = 60 * RATE as usize;
    let changes = Arc::new(Changes {
        skus: catalog.pick(2 * RATE as usize).await,
        first_quantity: catalog.new_quantities(count.try_into().expect("few")),
        rate: RATE,
        count,
    });
    let (done, made) = mpsc::unbounded_channel();
    (changes.start(catalog, done).await, made)
}
