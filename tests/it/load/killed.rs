//! Whenever a load is killed, nothing half-loaded is served, and the next load succeeds and leaves nothing behind.

use std::{collections::BTreeSet, sync::LazyLock};

use serde_json::json;

use crate::support::{
    blocked::Holder,
    catalog_changes::next_export,
    database_state::{
        assert_same_dump, dump_of_schema, dump_without_private_schemas, expect_rows, leftovers,
    },
    either::Either,
    export::Export,
    fixtures::named,
    model::{Catalog, Sku},
    program::{Running, run},
    server::Server,
    source_rows::{NOTHING_QUEUED, until_true},
    test_database::{Template, TestDatabase},
};

/// Products of the catalogs.
const PRODUCTS: i64 = 24;

static EMPTY: Catalog = Catalog {
    products: vec![],
    features: vec![],
    styles: vec![],
    photos: vec![],
    skus: vec![],
    related: vec![],
};
static FIRST: LazyLock<Catalog> = LazyLock::new(|| named("First", PRODUCTS));
static NEXT: LazyLock<Catalog> = LazyLock::new(|| next_export(&FIRST));
static ANOTHER: LazyLock<Catalog> = LazyLock::new(|| named("Another", PRODUCTS));

/// Query that is true when no session of a load is left.
const NO_LOAD: &str = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND application_name IN ('atelierex load', 'atelierex bulk'))";

/// Query of the list of all products, as it is stored.
const LISTINGS: &str = "SELECT coalesce(json_agg(listing ORDER BY product_id), '[]') FROM serving.product_document WHERE NOT deleted";

static LOADED: Template = Template::new("killed");

/// A database with a catalog in it, a server of it, and the export of the catalog that follows.
struct Target {
    database: TestDatabase,
    server: Server,
    either: Either,
    export: Export,
    after: Catalog,
    dump: String,
}

impl Target {
    /// Opens one with [`FIRST`] or nothing in it.
    async fn with(before: &Catalog, after: &Catalog) -> Self {
        let database = if before.products.is_empty() {
            TestDatabase::new().await
        } else {
            let load = async |template: &TestDatabase| {
                let load = Export::of(&FIRST).load(template.url(), &[]).await;
                load.expect_code(0);
            };
            LOADED.copy(load).await
        };
        Self {
            dump: dump_of_schema(&database).await,
            server: Server::start(database.url(), &[]).await,
            either: Either::of(before, after),
            export: Export::of(after),
            after: after.clone(),
            database,
        }
    }

    fn start(&self) -> Running {
        self.export.start_load(self.database.url(), &[])
    }

    /// Asserts that after a kill the server never mixes, and that it comes to serve the one or the other.
    async fn expect_whole(&self) {
        self.either.check_products(&self.server).await;
        // Rows that the load had committed are composed by the refresher, product by product.
        until_true(&self.database, NO_LOAD).await;
        until_true(&self.database, NOTHING_QUEUED).await;
        let stored = self.database.value(LISTINGS).await;
        let is_served =
            async |server: &Server| server.get("/products?count=100").await.json() == stored;
        self.server
            .until("what is stored is served", is_served)
            .await;
        self.either.settled(&self.server).await;
        let dump = dump_without_private_schemas(&self.database).await;
        assert_same_dump(&self.dump, &dump, "a kill");
    }

    /// Loads the same export to its end, which must be served and leave nothing behind.
    async fn expect_next_load(&self) {
        self.start().finish().await.expect_code(0);
        expect_rows(&self.database, &self.after).await;
        let listings = self.after.listings();
        let is_served =
            async |server: &Server| server.get("/products?count=100").await.json() == listings;
        self.server.until("the load is served", is_served).await;
        self.server.expect_catalog(&self.after).await;
        run(self.database.url(), &["audit"]).await.expect_code(0);
        assert_eq!(leftovers(&self.database).await, json!([]));
        let dump = dump_of_schema(&self.database).await;
        assert_same_dump(&self.dump, &dump, "the next load");
    }
}

/// The stage that a line of the log begins.
fn begun(line: &str) -> Option<String> {
    let line: serde_json::Value = serde_json::from_str(line).ok()?;
    let begins = line["message"].as_str()?.starts_with("Began");
    begins.then(|| line["stage"].as_str().expect("it is named").to_owned())
}

/// Kills a load as each of its stages begins.
async fn kill_at_each_stage(before: &Catalog, after: &Catalog) {
    let whole = Target::with(before, after).await;
    let log = whole.start().finish().await.expect_code(0).log;
    let stages: BTreeSet<String> = log.lines().filter_map(begun).collect();
    assert!(!stages.is_empty(), "{log}");
    let mut n_killed = 0;
    for stage in &stages {
        let target = Target::with(before, after).await;
        let mut load = target.start();
        load.line(stage, |line| begun(line).as_ref() == Some(stage))
            .await;
        n_killed += usize::from(load.kill().await.code.is_none());
        target.expect_whole().await;
        target.expect_next_load().await;
    }
    assert!(n_killed * 2 > stages.len(), "{n_killed} of {stages:?}");
}

#[tokio::test]
async fn a_first_load_killed_as_any_stage_begins_is_completed_by_the_next() {
    kill_at_each_stage(&EMPTY, &FIRST).await;
}

#[tokio::test]
async fn a_load_of_the_same_export_killed_as_any_stage_begins_changes_nothing() {
    kill_at_each_stage(&FIRST, &FIRST).await;
}

#[tokio::test]
async fn a_load_of_few_changes_killed_as_any_stage_begins_is_completed_by_the_next() {
    kill_at_each_stage(&FIRST, &NEXT).await;
}

#[tokio::test]
async fn a_load_of_another_catalog_killed_as_any_stage_begins_is_completed_by_the_next() {
    kill_at_each_stage(&FIRST, &ANOTHER).await;
}

/// Rows whose lock stops a load at a certain step.
const STEPS: [(&str, &str); 4] = [
    (
        "the first table is merged",
        "SELECT FROM catalog.product WHERE id = 2 FOR UPDATE",
    ),
    (
        "the last table is merged",
        "SELECT FROM catalog.sku WHERE id = 3 FOR UPDATE",
    ),
    (
        "documents are going to be composed",
        "SELECT FROM serving.refresher FOR UPDATE",
    ),
    (
        "documents are written",
        "SELECT FROM serving.product_document WHERE product_id = 2 FOR UPDATE",
    ),
];

/// Kills a load that waits at each of [`STEPS`].
async fn kill_at_each_step(after: &Catalog) {
    let mut n_waited = 0;
    for (step, lock) in STEPS {
        let target = Target::with(&FIRST, after).await;
        let holder = Holder::of(&target.database, lock).await;
        let mut load = target.start();
        let waited = holder.until_blocks(&mut load).await;
        target.either.check_products(&target.server).await;
        n_waited += usize::from(waited);
        let killed = load.kill().await;
        assert_eq!(killed.code.is_none(), waited, "{step}: {}", killed.log);
        holder.release().await;
        target.expect_whole().await;
        target.expect_next_load().await;
    }
    assert!(n_waited > 2, "{n_waited} of {STEPS:?}");
}

#[tokio::test]
async fn a_load_of_few_changes_killed_between_any_two_steps_is_completed_by_the_next() {
    kill_at_each_step(&NEXT).await;
}

#[tokio::test]
async fn a_load_of_another_catalog_killed_between_any_two_steps_is_completed_by_the_next() {
    kill_at_each_step(&ANOTHER).await;
}

/// An export whose skus take long enough for the load to be caught half-way.
fn long(catalog: &Catalog) -> Catalog {
    let mut long = catalog.clone();
    let sku = long.skus[0].clone();
    long.skus
        .extend((1_000_000..1_300_000).map(|id| Sku { id, ..sku.clone() }));
    long
}

/// Waits until the database has taken this many rows that a load copies; false if the load ended before.
async fn copied(load: &mut Running, database: &TestDatabase, rows: i64) -> bool {
    let session = database.session().await;
    let sql = "SELECT coalesce(max(tuples_processed), 0)::bigint
               FROM pg_stat_progress_copy WHERE datname = current_database()";
    let taken = async || session.query_one(sql, &[]).await.unwrap().get::<_, i64>(0);
    while taken().await < rows {
        if load.has_ended() {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn a_load_killed_in_the_middle_of_a_file_changes_nothing() {
    let after = long(&NEXT);
    for before in [&EMPTY, &*FIRST] {
        for rows in [1_000, 30_000, 150_000] {
            let target = Target::with(before, &after).await;
            let mut load = target.start();
            assert!(copied(&mut load, &target.database, rows).await);
            assert_eq!(load.kill().await.code, None);
            let served = target.either.settled(&target.server).await;
            assert_eq!(served.products.len(), before.products.len());
            expect_rows(&target.database, before).await;
            let next = Export::of(&NEXT).load(target.database.url(), &[]).await;
            next.expect_code(0);
            expect_rows(&target.database, &NEXT).await;
            run(target.database.url(), &["audit"]).await.expect_code(0);
            assert_eq!(leftovers(&target.database).await, json!([]));
        }
    }
}

#[tokio::test]
async fn ctrl_c_ends_a_load_that_changes_nothing_and_leaves_nothing() {
    let target = Target::with(&FIRST, &long(&NEXT)).await;
    for signal in ["INT", "TERM"] {
        let mut load = target.start();
        assert!(copied(&mut load, &target.database, 10_000).await);
        load.signal(signal).await;
        let ended = load.finish().await;
        assert!(
            [Some(1), Some(130)].contains(&ended.code),
            "{:?}: {}",
            ended.code,
            ended.log
        );
        expect_rows(&target.database, &FIRST).await;
        target.server.expect_catalog(&FIRST).await;
        let left = leftovers(&target.database).await;
        assert_eq!(left, json!([]), "{}", ended.log);
    }
}

#[tokio::test]
async fn a_load_that_loses_its_sessions_fails_and_changes_nothing() {
    let target = Target::with(&FIRST, &long(&NEXT)).await;
    let mut load = target.start();
    assert!(copied(&mut load, &target.database, 10_000).await);
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    target.database.execute(end).await;
    load.finish().await.expect_code(1);
    expect_rows(&target.database, &FIRST).await;
    let next = Export::of(&NEXT).load(target.database.url(), &[]).await;
    next.expect_code(0);
    expect_rows(&target.database, &NEXT).await;
    run(target.database.url(), &["audit"]).await.expect_code(0);
    assert_eq!(leftovers(&target.database).await, json!([]));
}
