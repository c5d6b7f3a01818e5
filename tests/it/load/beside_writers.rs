//! Loads beside others who write all the time: nothing of either is lost without a word.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::Value;

use crate::support::{
    catalog_changes::{add_product, remove_product},
    database_state::{TABLES, differing_rows},
    export::{Export, HEADERS},
    fixtures::named,
    model::Catalog,
    program::run,
    random_writers::{LOG, Written, write_until, written},
    server::Server,
    source_rows::{NOTHING_QUEUED, until_true},
    test_database::TestDatabase,
};

/// Products of the catalogs.
const PRODUCTS: i64 = 30;

/// Writers at the same time.
const WRITERS: u64 = 4;

/// An export in which every row differs that writers may change, some products are gone, and some are new. Product 1,
/// which no writer touches, tells when the load was committed.
fn export_with_every_row_changed(catalog: &Catalog) -> Catalog {
    let mut next = catalog.clone();
    for id in [28, 29] {
        remove_product(&mut next, id);
    }
    for row in &mut next.products {
        row.slogan = Some("Of the export".into());
    }
    for row in &mut next.features {
        row.value = Some("Of the export".into());
    }
    for row in &mut next.styles {
        row.sale_price = Some("9.5".into());
    }
    for row in &mut next.photos {
        row.url = Some("https://export.example/".into());
    }
    for row in &mut next.skus {
        row.quantity = 1_000_000;
    }
    for row in &mut next.related {
        row.related_product_id = row.product_id;
    }
    add_new_products(&mut next);
    next
}

/// An export in which few rows differ.
fn export_with_few_rows_changed(catalog: &Catalog) -> Catalog {
    let mut next = catalog.clone();
    remove_product(&mut next, 29);
    for row in next.products.iter_mut().step_by(7) {
        row.slogan = Some("Of the export".into());
    }
    for row in next.skus.iter_mut().step_by(5) {
        row.quantity = 1_000_000;
    }
    next.styles[10].product_id = 2;
    add_new_products(&mut next);
    next
}

fn add_new_products(catalog: &mut Catalog) {
    for id in 5_000..5_003 {
        add_product(catalog, id, "New");
    }
}

/// A row, by file and id.
type Row = (String, i64);

/// State of the catalog after a load beside writers, and how it came about.
struct Outcome {
    database: TestDatabase,
    export: Export,
    /// Rows that are not the export's.
    differing: Vec<Row>,
    /// Every change of a row since the first load, the oldest first.
    written: Vec<Written>,
}

impl Outcome {
    /// Loads beside writers, and waits until everything is composed.
    async fn of(seed: u64, next: fn(&Catalog) -> Catalog) -> Self {
        let (database, catalog) = (TestDatabase::new().await, named("First", PRODUCTS));
        let first = Export::of(&catalog);
        first.load(database.url(), &[]).await.expect_code(0);
        database.execute(LOG).await;
        let next = next(&catalog);
        let export = Export::of(&next);
        let server = Server::start(database.url(), &[]).await;
        let is_over = Arc::new(AtomicBool::new(false));
        let mut writers = Vec::new();
        for n in 0..WRITERS {
            let session = database.session().await;
            let is_over = Arc::clone(&is_over);
            let seed = seed * WRITERS + n;
            writers.push(tokio::spawn(write_until(session, seed, is_over)));
        }
        let mut load = export.start_load(database.url(), &[]);
        while !load.has_ended() && !writers.iter().any(tokio::task::JoinHandle::is_finished) {
            server.get("/products/2/styles").await;
        }
        is_over.store(true, Ordering::Relaxed);
        let mut early = Vec::new();
        for writer in writers {
            early.extend(
                writer
                    .await
                    .expect("a writer goes on until it is told to end"),
            );
        }
        let load = load.finish().await;
        assert_eq!(load.code, Some(0), "seed {seed}: {}", load.log);
        until_true(&database, NOTHING_QUEUED).await;
        run(database.url(), &["audit"]).await.expect_code(0);
        let files = HEADERS.iter().map(|(file, _)| *file);
        let differing = differing_rows(&database, &next).await;
        let differing = files
            .zip(differing)
            .flat_map(|(file, ids)| ids.into_iter().map(|id| (file.to_owned(), id)));
        Self {
            differing: differing.collect(),
            written: written(&database, &early).await,
            database,
            export,
        }
    }

    /// Returns the last change of each row.
    fn last_written(&self) -> BTreeMap<Row, &Written> {
        let rows = self.written.iter();
        rows.map(|written| (row(written), written)).collect()
    }

    /// Returns the rows of the catalog as they are, by file and id.
    async fn stored(&self) -> BTreeMap<Row, Value> {
        let mut stored = BTreeMap::new();
        for ((table, _), (file, _)) in TABLES.iter().zip(HEADERS) {
            let sql = format!("SELECT id, to_jsonb(stored)::text FROM catalog.{table} AS stored");
            let rows = self.database.session().await.query(&sql, &[]).await;
            for row in rows.unwrap() {
                let text: String = row.get(1);
                stored.insert((file.to_owned(), row.get(0)), text.parse().unwrap());
            }
        }
        stored
    }
}

/// The row that was written, by file and id.
fn row(written: &Written) -> Row {
    let mut files = TABLES.iter().zip(HEADERS);
    let (_, (file, _)) = files
        .find(|((table, _), _)| *table == written.table)
        .expect("only these tables are watched");
    (file.to_owned(), written.id)
}

/// Asserts what holds of every load beside writers, and returns how many rows differ from the export.
async fn expect_nothing_lost(seed: u64, next: fn(&Catalog) -> Catalog) -> usize {
    let outcome = Outcome::of(seed, next).await;
    let (last, stored) = (outcome.last_written(), outcome.stored().await);
    let kept = outcome.export.kept();
    for row in &outcome.differing {
        let Some(written) = last.get(row) else {
            // What others have put below a row keeps that row, too.
            assert!(
                kept.contains(row),
                "seed {seed}: nobody wrote {row:?}, which is not the export's and not listed"
            );
            continue;
        };
        assert!(
            !written.by_load,
            "seed {seed}: the load wrote {row:?} last, which is not the export's: {written:?}"
        );
        assert_eq!(
            stored.get(row),
            written.row.as_ref(),
            "seed {seed}: {row:?} is not what somebody wrote last"
        );
        // Whoever committed before the load did, is either overwritten or listed.
        assert!(
            !written.before_load || kept.contains(row),
            "seed {seed}: {row:?} is not the export's and not listed: {written:?}"
        );
    }
    let differing = &outcome.differing;
    let has_reason = |row: &Row| last.contains_key(row) || differing.contains(row);
    let without_reason: Vec<_> = kept.iter().filter(|row| !has_reason(row)).collect();
    assert!(without_reason.is_empty(), "seed {seed}: {without_reason:?}");
    outcome.differing.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_beside_writers_when_every_row_differs() {
    let mut n_differing = 0;
    for seed in 1..=3 {
        n_differing += expect_nothing_lost(seed, export_with_every_row_changed).await;
    }
    assert!(n_differing > 0, "writers and loads never met");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_beside_writers_when_few_rows_differ() {
    let mut n_differing = 0;
    for seed in 4..=6 {
        n_differing += expect_nothing_lost(seed, export_with_few_rows_changed).await;
    }
    assert!(n_differing > 0, "writers and loads never met");
}
