//! One change at a time.

use std::time::Duration;

use super::{
    Plan,
    catalog::Catalog,
    fleet::Fleet,
    support::{
        numbers::{float, percentile},
        table::Table,
    },
    watch::{self, Outcome, Watch},
};

/// Targets for the median and the ninety-ninth percentile, in milliseconds.
const TARGETS: (f64, f64) = (15.0, 60.0);

/// Longest pause between two changes, in milliseconds. Pauses are random, so that changes fall into every part of a
/// poll interval.
const MAX_PAUSE: i64 = 40;

/// Makes changes one after the other, half of them of products in memory.
pub async fn measure(catalog: &Catalog, fleet: &Fleet, plan: Plan, table: &mut Table) {
    let skus = catalog
        .pick(if plan.is_quick { 60 } else { 100 * plan.rounds })
        .await;
    eprintln!("{} changes one at a time", skus.len());
    let resident = skus.iter().step_by(2).map(|sku| sku.product);
    fleet.warm(&resident.collect::<Vec<_>>());
    let writer = catalog.writer().await;
    let mut watch = Watch::start(&fleet.addresses(), watch::PACE_OF_SINGLE_CHANGES);
    let mut random = catalog.random();
    let mut outcomes: Vec<Outcome> = Vec::new();
    for (number, sku) in skus.into_iter().enumerate() {
        let quantity = catalog.new_quantity();
        let committed = writer.set(sku, quantity).await;
        watch.follow(number, sku, quantity, committed);
        outcomes.extend(watch.rest().await);
        let pause = random.up_to(MAX_PAUSE).cast_unsigned();
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    report(&outcomes, table);
}

fn report(outcomes: &[Outcome], table: &mut Table) {
    let of = |rest: usize| {
        let delays = outcomes.iter().filter(|outcome| outcome.number % 2 == rest);
        delays
            .map(|outcome| outcome.delay * 1e3)
            .collect::<Vec<_>>()
    };
    let (mut resident, mut absent) = (of(0), of(1));
    let mut all = [resident.clone(), absent.clone()].concat();
    let (p50, p99) = (percentile(&mut all, 50), percentile(&mut all, 99));
    let measured = format!(
        "p50 {p50:.1} ms, p99 {p99:.1} ms ({:.0} changes; \
         in memory before: {:.1} and {:.1} ms, not: {:.1} and {:.1} ms){}",
        float(outcomes.len()),
        percentile(&mut resident, 50),
        percentile(&mut resident, 99),
        percentile(&mut absent, 50),
        percentile(&mut absent, 99),
        watch::missed(outcomes)
    );
    table.judged(
        "one change at a time: from the commit to the first answer with the new value, worst of three servers",
        "p50 ≤ 15 ms, p99 ≤ 60 ms",
        p50 <= TARGETS.0 && p99 <= TARGETS.1,
        &measured,
    );
}
