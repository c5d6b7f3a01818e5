//! One statement that changes very many skus.

use std::time::{Duration, Instant, SystemTime};

use super::{
    Plan,
    bulk_skus::Bulk,
    catalog::Catalog,
    fleet::{Fleet, styles},
    reads::{self, Read, Readers},
    stream::READS,
    support::{
        client::HttpClient,
        numbers::{float, percentile, worst},
        table::Table,
    },
    watch::{self, Outcome, Watch},
};

/// Number of changed skus that are followed, including the last one.
const FOLLOWED: usize = 500;

/// Number of changed skus that are requested from every server afterwards.
const VERIFIED: usize = 5_000;

/// Target for the time until the last change is visible, in seconds.
const VISIBLE_TARGET: f64 = 8.0;

/// Target for documents written per second.
const RATE_TARGET: f64 = 15_000.0;

/// Target for reads during the change, as a multiple of reads before.
const READ_TARGET: f64 = 2.0;

/// Times of the change.
struct Taken {
    begun: Instant,
    committed: Instant,
    outcomes: Vec<Outcome>,
    written: i64,
    /// From the commit until the last document was written, in seconds.
    composing: f64,
    counted: f64,
}

/// Changes 100,000 skus in one statement.
pub async fn measure(catalog: &Catalog, fleet: &Fleet, plan: Plan, table: &mut Table) {
    let bulk = Bulk::choose(catalog).await;
    eprintln!(
        "One change of {} skus of {} products",
        bulk.skus.len(),
        bulk.products
    );
    let resident: Vec<i64> = bulk
        .spread(FOLLOWED)
        .step_by(2)
        .map(|(_, sku, _)| sku.product)
        .collect();
    fleet.warm(&resident);
    let readers = Readers::start(catalog, &fleet.addresses(), READS);
    // The first second is a warm-up.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let quiet = Instant::now();
    let pause = if plan.is_quick { 3 } else { 10 };
    tokio::time::sleep(Duration::from_secs(pause)).await;
    let taken = change(catalog, fleet, &bulk).await;
    let reads = readers.stop();
    let stale = verify(fleet, &bulk);
    report(&bulk, &taken, stale, table);
    report_reads(quiet, &taken, &reads, table);
}

async fn change(catalog: &Catalog, fleet: &Fleet, bulk: &Bulk) -> Taken {
    let client = &catalog.client;
    let sql = "SELECT last_value FROM serving.document_version";
    let row = client.query_one(sql, &[]).await.expect("it is known");
    let version: i64 = row.get(0);
    let counted = fleet.written();
    let mut watch = Watch::start(&fleet.addresses(), watch::PACE_OF_BULK_CHANGES);
    let begun = Instant::now();
    let sql =
        "UPDATE catalog.sku SET quantity = chosen.quantity FROM chosen WHERE sku.id = chosen.id";
    client.execute(sql, &[]).await.expect("they can be changed");
    let (committed, clock) = (Instant::now(), SystemTime::now());
    for (number, sku, quantity) in bulk.spread(FOLLOWED) {
        watch.follow(number, sku, quantity, committed);
    }
    let outcomes = watch.rest().await;
    let sql = "SELECT count(*), max(composed_at) FROM serving.product_document WHERE version > $1";
    let row = client
        .query_one(sql, &[&version])
        .await
        .expect("they can be counted");
    let last = row.get::<_, Option<SystemTime>>(1).unwrap_or(clock);
    client
        .batch_execute("DROP TABLE chosen")
        .await
        .expect("it is ours");
    Taken {
        begun,
        committed,
        outcomes,
        written: row.get(0),
        composing: last.duration_since(clock).unwrap_or_default().as_secs_f64(),
        counted: fleet.written() - counted,
    }
}

/// Requests many of the skus from every server. Returns the number of responses with old quantities.
fn verify(fleet: &Fleet, bulk: &Bulk) -> usize {
    let mut stale = 0;
    for address in fleet.addresses() {
        let mut client = HttpClient::new(&address);
        for (_, sku, quantity) in bulk.spread(VERIFIED) {
            let digits = quantity.to_string();
            let is_new =
                |(_, body): (u16, &[u8])| memchr::memmem::find(body, digits.as_bytes()).is_some();
            let answer = client.get(&styles(sku.product));
            stale += usize::from(!answer.is_ok_and(is_new));
        }
    }
    stale
}

fn report(bulk: &Bulk, taken: &Taken, stale: usize, table: &mut Table) {
    let delays: Vec<f64> = taken.outcomes.iter().map(|of| of.delay).collect();
    let visible = worst(&delays).max(taken.composing);
    let is_stale = stale > 0;
    let stale = if is_stale {
        format!("; {stale} answers were STALE afterwards")
    } else {
        String::new()
    };
    let measured = format!(
        "{visible:.2} s after the commit ({} products; \
         the statement itself took {:.2} s; {} followed){}{stale}",
        bulk.products,
        taken.committed.duration_since(taken.begun).as_secs_f64(),
        taken.outcomes.len(),
        watch::missed(&taken.outcomes),
    );
    table.judged(
        &format!(
            "one `UPDATE` of {} skus: last of them visible on the last server",
            bulk.skus.len()
        ),
        "≤ 8 s",
        visible <= VISIBLE_TARGET && !is_stale,
        &measured,
    );
    let written = float(taken.written.try_into().expect("a count"));
    let rate = written / taken.composing;
    let measured = format!(
        "{rate:.0} documents/s ({written:.0} in {:.2} s from the commit; the servers counted {:.0})",
        taken.composing, taken.counted
    );
    table.judged(
        "refresh throughput: documents written during that change",
        "≥ 15,000 documents/s",
        rate >= RATE_TARGET,
        &measured,
    );
}

fn report_reads(quiet: Instant, taken: &Taken, reads: &[Read], table: &mut Table) {
    let last = taken.outcomes.iter().map(|of| of.at).max();
    let end = last.unwrap_or(taken.committed);
    let before = percentile(&mut reads::times(reads, quiet, taken.begun), 99);
    let mut meanwhile = reads::times(reads, taken.begun, end);
    let p99 = percentile(&mut meanwhile, 99);
    let failed = reads::failed(reads);
    let measured = format!(
        "{:.1} × ({p99:.1} ms against {before:.1} ms; worst {:.1} ms; {READS} reads/s of each server){failed}",
        p99 / before,
        worst(&meanwhile),
    );
    table.judged(
        "read p99 during that change against before it",
        "≤ 2 ×",
        p99 <= READ_TARGET * before && failed.is_empty(),
        &measured,
    );
}
