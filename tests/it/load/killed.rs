//! However a load ends before it publishes, the previous catalog is untouched and the next load succeeds.

use serde_json::json;

use crate::support::{
    database_state::{dump_of_schema, leftovers},
    export::Export,
    fixtures::named,
    model::Catalog,
    program::{Finished, Running, run},
    server::Server,
    test_database::TestDatabase,
};

/// A database with a catalog in it, on which loads are made to fail.
struct Target {
    database: TestDatabase,
    served: Catalog,
    dump: String,
}

impl Target {
    async fn with(served: Catalog) -> Self {
        let database = TestDatabase::new().await;
        let migrated = dump_of_schema(&database).await;
        Export::of(&served)
            .load(database.url(), &[])
            .await
            .expect_code(0);
        let dump = dump_of_schema(&database).await;
        assert_eq!(dump, migrated, "a load changes no definition");
        Self {
            database,
            served,
            dump,
        }
    }

    fn url(&self) -> &str {
        self.database.url()
    }

    /// Asserts that the catalog is served by a new server as if nothing had happened.
    async fn expect_untouched(&self) {
        let server = Server::start(self.url(), &[]).await;
        server.expect_catalog(&self.served).await;
        run(self.url(), &["audit"]).await.expect_code(0);
    }

    /// Loads another catalog, which must succeed, be served and leave nothing behind.
    async fn expect_next_load(&mut self, export: &Export, catalog: &Catalog) {
        export.load(self.url(), &[]).await.expect_code(0);
        self.served = catalog.clone();
        self.expect_untouched().await;
        assert_eq!(leftovers(&self.database).await, json!([]));
        assert_eq!(dump_of_schema(&self.database).await, self.dump);
    }
}

fn has_published(load: &Finished) -> bool {
    load.log.contains("publish")
}

#[tokio::test]
async fn a_load_killed_as_any_stage_begins_changes_nothing_until_it_publishes() {
    let catalogs = [named("First", 24), named("Another", 24)];
    let exports = catalogs.each_ref().map(Export::of);
    let mut target = Target::with(catalogs[0].clone()).await;
    let whole = exports[0].load(target.url(), &[]).await.expect_code(0);
    // Several files are copied and indexed at once; in which order their stages begin is left to chance.
    let begins = |line: &str| line.contains("Began");
    let stages = whole.log.lines().filter(|line| begins(line)).count();
    for stage in ["copy", "index", "compose", "publish"] {
        assert!(whole.log.contains(stage), "{}", whole.log);
    }

    let mut killed_before_publishing = 0;
    for stage in 1..=stages {
        let mut load = exports[1].start_load(target.url(), &[]);
        for _ in 0..stage {
            load.line("the stage", begins).await;
        }
        let killed = load.kill().await;
        if has_published(&killed) {
            // It is then all there or not at all.
            let server = Server::start(target.url(), &[]).await;
            let listings = server.get("/products?count=100").await.json();
            let shown = catalogs
                .iter()
                .find(|catalog| catalog.listings() == listings);
            target.served = shown.expect("one of the two is served").clone();
        } else {
            assert_eq!(killed.code, None, "{}", killed.log);
            killed_before_publishing += 1;
        }
        target.expect_untouched().await;
        target.expect_next_load(&exports[0], &catalogs[0]).await;
    }
    assert!(killed_before_publishing > stages / 2, "{}", whole.log);
}

/// An export whose skus take long enough to be caught half-way.
fn long_export(catalog: &Catalog) -> Export {
    let export = Export::of(catalog);
    let style = catalog.styles[0].id;
    export.edit("skus.csv", |mut bytes| {
        for id in 1_000_000..1_400_000 {
            bytes.extend(format!("{id},{style},\"XL\",1\n").into_bytes());
        }
        bytes
    });
    export
}

/// Waits until the database has taken this many rows of a file that a load copies.
async fn copied(load: &mut Running, database: &TestDatabase, rows: i64) {
    let session = database.session().await;
    let sql = "SELECT coalesce(max(tuples_processed), 0)::bigint
               FROM pg_stat_progress_copy WHERE datname = current_database()";
    let taken = async || session.query_one(sql, &[]).await.unwrap().get::<_, i64>(0);
    while taken().await < rows {
        load.expect_at_work();
    }
}

#[tokio::test]
async fn a_load_killed_in_the_middle_of_a_file_changes_nothing() {
    let (before, after) = (named("Before", 12), named("Afterwards", 12));
    let mut target = Target::with(before.clone()).await;
    let export = long_export(&after);
    for rows in [1_000, 30_000, 150_000] {
        let mut load = export.start_load(target.url(), &[]);
        copied(&mut load, &target.database, rows).await;
        assert_eq!(load.kill().await.code, None);
        target.expect_untouched().await;
        target.expect_next_load(&Export::of(&after), &after).await;
    }
}

#[tokio::test]
async fn ctrl_c_ends_a_load_that_changes_nothing_and_leaves_nothing() {
    let (before, after) = (named("Before", 12), named("Afterwards", 12));
    let mut target = Target::with(before).await;
    let export = long_export(&after);
    for signal in ["INT", "TERM"] {
        let mut load = export.start_load(target.url(), &[]);
        copied(&mut load, &target.database, 10_000).await;
        load.signal(signal).await;
        let ended = load.finish().await;
        assert!(
            [Some(1), Some(130)].contains(&ended.code),
            "{:?}: {}",
            ended.code,
            ended.log
        );
        target.expect_untouched().await;
        assert_eq!(
            leftovers(&target.database).await,
            json!([]),
            "{}",
            ended.log
        );
    }
    target.expect_next_load(&Export::of(&after), &after).await;
}

#[tokio::test]
async fn a_load_that_loses_its_sessions_fails_and_changes_nothing() {
    let (before, after) = (named("Before", 12), named("Afterwards", 12));
    let mut target = Target::with(before).await;
    let export = long_export(&after);
    let mut load = export.start_load(target.url(), &[]);
    copied(&mut load, &target.database, 10_000).await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    target.database.execute(end).await;
    load.finish().await.expect_code(1);
    target.expect_untouched().await;
    target.expect_next_load(&Export::of(&after), &after).await;
}

#[tokio::test]
async fn of_two_loads_at_once_the_second_fails_and_the_first_succeeds() {
    let (before, after) = (named("Before", 12), named("Afterwards", 12));
    let mut target = Target::with(before).await;
    let first = Export::of(&after);
    let mut load = first.start_load(target.url(), &[]);
    // However fast it is, it does not go on while the second is tried.
    load.line("its first copy", |line| line.contains("copy"))
        .await;
    load.signal("STOP").await;
    let second = Export::of(&named("Intruder", 5))
        .load(target.url(), &[])
        .await;
    second.expect_code(1).expect_words(&["another load"]);
    load.signal("CONT").await;
    load.finish().await.expect_code(0);
    target.served = after.clone();
    target.expect_untouched().await;
    target.expect_next_load(&first, &after).await;
}

#[tokio::test]
async fn a_load_that_waits_for_a_lock_keeps_no_request_waiting_and_can_be_killed() {
    let (before, after) = (named("Before", 12), named("Afterwards", 12));
    let mut target = Target::with(before.clone()).await;
    // No cache, so that every answer needs the table that is to be exchanged.
    let server = Server::start(target.url(), &["--cache-capacity-bytes", "0"]).await;
    let reader = target.database.session().await;
    reader
        .batch_execute("BEGIN; SELECT FROM catalog.product, serving.product_document LIMIT 1")
        .await
        .unwrap();
    let export = Export::of(&after);
    let mut load = export.start_load(target.url(), &[]);
    load.line("that it publishes", |line| line.contains("publish"))
        .await;
    server.expect_catalog(&before).await;
    assert_eq!(load.kill().await.code, None);
    server.expect_catalog(&before).await;
    reader.batch_execute("COMMIT").await.unwrap();
    target.expect_untouched().await;
    target.expect_next_load(&Export::of(&after), &after).await;
}
