//! A steady stream of changes all over the catalog, beside steady reads.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{self, sleep_until},
};

use super::{
    Plan,
    catalog::{Catalog, Sku, Writer},
    fleet::Fleet,
    reads::{self, Readers},
    support::{
        numbers::{float, percentile},
        table::Table,
    },
    watch::{self, Outcome, Watch},
};

/// Changes per second.
pub const RATE: u32 = 1_000;

/// Connections that make the changes.
const WRITERS: usize = 16;

/// One of this many changes is followed.
const FOLLOWED: usize = 20;

/// Reads per second of each server.
pub const READS: u32 = 200;

/// Target for the ninety-ninth percentile, in milliseconds.
const TARGET: f64 = 150.0;

/// Changes to make at a given rate, independent of their latency.
pub struct Changes {
    pub skus: Vec<Sku>,
    /// Quantity of the first change; the next ones count up.
    pub first_quantity: i64,
    /// Changes per second.
    pub rate: u32,
    /// Number of changes; the skus are used repeatedly.
    pub count: usize,
}

/// A change that was made.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    pub number: usize,
    pub intended: Instant,
    pub committed: Instant,
}

impl Changes {
    /// Returns the sku and the new quantity of a change.
    pub fn of(&self, number: usize) -> (Sku, i64) {
        let quantity = self.first_quantity + i64::try_from(number).expect("few");
        (self.skus[number % self.skus.len()], quantity)
    }

    /// Starts to make the changes. Each is reported when it is committed. Stops when `done` is dropped.
    pub async fn start(
        self: Arc<Self>,
        catalog: &Catalog,
        done: mpsc::UnboundedSender<Change>,
    ) -> JoinSet<()> {
        let mut connections = Vec::new();
        for _ in 0..WRITERS {
            connections.push(catalog.writer().await);
        }
        let mut tasks = JoinSet::new();
        let begin = Instant::now();
        for (first, writer) in connections.into_iter().enumerate() {
            let (changes, done) = (Arc::clone(&self), done.clone());
            tasks.spawn(async move { changes.make(first, &writer, begin, &done).await });
        }
        tasks
    }

    /// Makes every sixteenth change, beginning with `first`.
    async fn make(
        &self,
        first: usize,
        writer: &Writer,
        begin: Instant,
        done: &mpsc::UnboundedSender<Change>,
    ) {
        for number in (first..self.count).step_by(WRITERS) {
            let nth = u32::try_from(number).expect("few");
            let intended = begin + Duration::from_secs(1) * nth / self.rate;
            sleep_until(time::Instant::from_std(intended)).await;
            let (sku, quantity) = self.of(number);
            let committed = writer.set(sku, quantity).await;
            let change = Change {
                number,
                intended,
                committed,
            };
            if done.send(change).is_err() {
                return;
            }
        }
    }
}

/// Makes a thousand changes a second and follows every tenth.
pub async fn measure(catalog: &Catalog, fleet: &Fleet, plan: Plan, table: &mut Table) {
    let seconds = if plan.is_quick { 5 } else { 4 * plan.rounds };
    let count = seconds * RATE as usize;
    eprintln!("{RATE} changes a second for {seconds} s");
    let skus = catalog.pick(count).await;
    let changes = Arc::new(Changes {
        first_quantity: catalog.new_quantities(count.try_into().expect("few")),
        rate: RATE,
        // No sku twice, since a value might be overwritten before it is seen.
        count: skus.len(),
        skus,
    });
    let resident = changes.skus.iter().step_by(2 * FOLLOWED);
    fleet.warm(&resident.map(|sku| sku.product).collect::<Vec<_>>());
    let readers = Readers::start(catalog, &fleet.addresses(), READS);
    let (made, outcomes) = follow(catalog, fleet, &changes).await;
    report(&made, &outcomes, &reads::failed(&readers.stop()), table);
}

async fn follow(
    catalog: &Catalog,
    fleet: &Fleet,
    changes: &Arc<Changes>,
) -> (Vec<Change>, Vec<Outcome>) {
    let mut watch = Watch::start(&fleet.addresses(), watch::PACE_OF_MANY_CHANGES);
    let (done, mut committed) = mpsc::unbounded_channel();
    let mut writers = Arc::clone(changes).start(catalog, done).await;
    let (mut made, mut outcomes): (Vec<Change>, Vec<Outcome>) = (Vec::new(), Vec::new());
    while let Some(change) = committed.recv().await {
        made.push(change);
        if change.number % FOLLOWED == 0 {
            let (sku, quantity) = changes.of(change.number);
            watch.follow(change.number, sku, quantity, change.committed);
        }
    }
    while let Some(ended) = writers.join_next().await {
        ended.expect("writers do not panic");
    }
    outcomes.extend(watch.rest().await);
    (made, outcomes)
}

fn report(made: &[Change], outcomes: &[Outcome], failed: &str, table: &mut Table) {
    let first = made.iter().map(|change| change.intended).min();
    let last = made.iter().map(|change| change.committed).max();
    let (Some(first), Some(last)) = (first, last) else {
        return;
    };
    let rate = float(made.len()) / last.duration_since(first).as_secs_f64();
    let late = |change: &Change| change.committed.duration_since(change.intended);
    let mut commits: Vec<f64> = made.iter().map(|of| late(of).as_secs_f64() * 1e3).collect();
    let mut delays: Vec<f64> = outcomes.iter().map(|of| of.delay * 1e3).collect();
    let mut both: Vec<f64> = (made.iter())
        .filter_map(|change| {
            let outcome = outcomes.iter().find(|of| of.number == change.number)?;
            Some((late(change).as_secs_f64() + outcome.delay) * 1e3)
        })
        .collect();
    let p99 = percentile(&mut delays, 99);
    let measured = format!(
        "p99 {p99:.0} ms, p50 {:.0} ms of {} followed; {rate:.0} changes/s made, \
         their commits p99 {:.0} ms late; both together p99 {:.0} ms{}{failed}",
        percentile(&mut delays, 50),
        outcomes.len(),
        percentile(&mut commits, 99),
        percentile(&mut both, 99),
        watch::missed(outcomes),
    );
    table.judged(
        &format!(
            "{RATE} changes/s all over the catalog, beside {READS} reads/s of each server: \
             from the commit to the answers of all three servers"
        ),
        "p99 ≤ 150 ms",
        p99 <= TARGET && failed.is_empty(),
        &measured,
    );
}
