//! A load beside others who want the same: another load, a migration, an audit, and sessions that hold its rows.

use crate::support::{
    blocked::{APPLICATION, Holder},
    catalog_changes::next_export,
    database_state::{differing_rows, expect_rows},
    export::Export,
    fixtures::named,
    model::Catalog,
    program::{Finished, Running, run},
    server::Server,
    source_rows::until_true,
    test_database::{Template, TestDatabase},
};

static LOADED: Template = Template::new("locks");

/// A transaction that holds a row which the next export changes.
const HOLD_A_ROW: &str = "SELECT FROM catalog.product WHERE id = 2 FOR UPDATE";

/// A loaded catalog, and the export that follows.
struct Shop {
    database: TestDatabase,
    catalog: Catalog,
    next: Catalog,
    export: Export,
}

impl Shop {
    async fn open() -> Self {
        let catalog = named("First", 24);
        let load = async |template: &TestDatabase| {
            let export = Export::of(&catalog);
            export.load(template.url(), &[]).await.expect_code(0);
        };
        let database = LOADED.copy(load).await;
        let next = next_export(&catalog);
        Self {
            database,
            export: Export::of(&next),
            catalog,
            next,
        }
    }

    async fn run(&self, command: &str) -> Finished {
        run(self.database.url(), &[command]).await
    }

    /// Process ids of the sessions that a load has opened.
    async fn load_sessions(&self) -> Vec<String> {
        let sql = "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'atelierex load%'";
        let rows = self.database.session().await.query(sql, &[]).await;
        rows.unwrap().iter().map(|row| row.get(0)).collect()
    }

    /// Asserts that a command was refused because a load is at work, with who that is and since when.
    fn expect_refused(refused: Finished, sessions: &[String]) {
        let refused = refused.expect_code(1);
        let said = format!("{}{}", refused.out, refused.log);
        assert!(said.contains("atelierex load"), "{said}");
        assert!(said.contains("since"), "{said}");
        let is_named = sessions.iter().any(|pid| said.contains(pid.as_str()));
        assert!(is_named, "one of {sessions:?} in {said}");
    }
}

#[tokio::test]
async fn of_two_loads_at_once_the_second_is_told_who_loads_and_the_first_succeeds() {
    let shop = Shop::open().await;
    let holder = Holder::of(&shop.database, HOLD_A_ROW).await;
    let load = shop.export.start_load(shop.database.url(), &[]);
    holder.until_blocks_session("atelierex load").await;
    let sessions = shop.load_sessions().await;
    let second = Export::of(&shop.catalog);
    let second = second.load(shop.database.url(), &[]).await;
    Shop::expect_refused(second, &sessions);
    holder.release().await;
    load.finish().await.expect_code(0);
    expect_rows(&shop.database, &shop.next).await;
    shop.run("audit").await.expect_code(0);
}

#[tokio::test]
async fn a_migration_and_an_audit_are_told_who_loads() {
    let shop = Shop::open().await;
    let holder = Holder::of(&shop.database, HOLD_A_ROW).await;
    let load = shop.export.start_load(shop.database.url(), &[]);
    holder.until_blocks_session("atelierex load").await;
    let sessions = shop.load_sessions().await;
    for command in ["migrate", "audit"] {
        Shop::expect_refused(shop.run(command).await, &sessions);
    }
    holder.release().await;
    load.finish().await.expect_code(0);
    expect_rows(&shop.database, &shop.next).await;
    for command in ["migrate", "audit"] {
        shop.run(command).await.expect_code(0);
    }
}

#[tokio::test]
async fn a_load_is_told_who_migrates_or_audits() {
    let shop = Shop::open().await;
    for (command, table) in [
        ("migrate", "public.__diesel_schema_migrations"),
        ("audit", "serving.product_document"),
    ] {
        let lock = format!("LOCK TABLE {table}");
        let holder = Holder::of(&shop.database, &lock).await;
        let other = Running::start(shop.database.url(), &[command]);
        let application = format!("atelierex {command}");
        holder.until_blocks_session(&application).await;
        for flags in [&[][..], &["--dry-run"]] {
            let refused = shop.export.load(shop.database.url(), flags).await;
            refused
                .expect_code(1)
                .expect_words(&[&application, "since"]);
        }
        holder.release().await;
        other.finish().await.expect_code(0);
        expect_rows(&shop.database, &shop.catalog).await;
    }
    let load = shop.export.load(shop.database.url(), &[]).await;
    load.expect_code(0);
    expect_rows(&shop.database, &shop.next).await;
}

#[tokio::test]
async fn a_load_blocked_by_an_idle_transaction_names_it_and_publishes_after_it() {
    let shop = Shop::open().await;
    let server = Server::start(shop.database.url(), &[]).await;
    let holder = Holder::of(&shop.database, HOLD_A_ROW).await;
    let mut load = shop.export.start_load(shop.database.url(), &[]);
    let pid = holder.pid.to_string();
    let names = |line: &str| line.contains(&pid) && line.contains(APPLICATION);
    load.line("who blocks it", names).await;
    server.expect_catalog(&shop.catalog).await;
    load.expect_at_work();
    holder.release().await;
    load.finish().await.expect_code(0);
    expect_rows(&shop.database, &shop.next).await;
    let listings = shop.next.listings();
    let is_served =
        async |server: &Server| server.get("/products?count=100").await.json() == listings;
    server.until("the load is served", is_served).await;
    server.expect_catalog(&shop.next).await;
}

#[tokio::test]
async fn a_load_that_waits_keeps_no_writer_waiting() {
    let shop = Shop::open().await;
    let holder = Holder::of(&shop.database, HOLD_A_ROW).await;
    let mut load = shop.export.start_load(shop.database.url(), &[]);
    holder.until_blocks_session("atelierex load").await;
    let writer = shop.database.session().await;
    let gone = shop.catalog.products.last().unwrap().id;
    // Rows of every kind that the load wants to change or remove.
    let updates = [
        format!("UPDATE catalog.sku SET quantity = quantity + 1 WHERE id = {gone}"),
        format!("UPDATE catalog.feature SET value = value || '!' WHERE id = {gone}"),
        "UPDATE catalog.sku SET quantity = quantity + 1 WHERE id = 3".to_owned(),
        "UPDATE catalog.style SET name = name || '!' WHERE id = 4".to_owned(),
    ];
    for _ in 0..10 {
        for update in &updates {
            writer.batch_execute(update).await.unwrap();
        }
    }
    // All of them came through while the load was waiting.
    load.expect_at_work();
    holder.release().await;
    load.finish().await.expect_code(0);
    let differing = differing_rows(&shop.database, &shop.next).await;
    let kept = shop.export.kept();
    for ((file, _), ids) in crate::support::export::HEADERS.iter().zip(differing) {
        for id in ids {
            assert!(
                kept.contains(&((*file).to_owned(), id)),
                "{file} {id}: {kept:?}"
            );
        }
    }
    assert!(kept.contains(&("skus.csv".to_owned(), 3)), "{kept:?}");
    assert!(kept.contains(&("styles.csv".to_owned(), 4)), "{kept:?}");
    shop.run("audit").await.expect_code(0);
}

#[tokio::test]
async fn a_load_gives_up_after_its_time_out_and_changes_nothing() {
    let shop = Shop::open().await;
    let holder = Holder::of(&shop.database, HOLD_A_ROW).await;
    let flags = ["--lock-timeout", "2s"];
    let load = shop.export.load(shop.database.url(), &flags).await;
    let pid = holder.pid.to_string();
    load.expect_code(1).expect_words(&[APPLICATION, &pid]);
    expect_rows(&shop.database, &shop.catalog).await;
    holder.release().await;
    shop.run("audit").await.expect_code(0);
    let nothing = "SELECT NOT EXISTS (SELECT FROM pg_namespace WHERE nspname LIKE 'atelierex%')";
    until_true(&shop.database, nothing).await;
    let load = shop.export.load(shop.database.url(), &flags).await;
    load.expect_code(0);
    expect_rows(&shop.database, &shop.next).await;
}

#[tokio::test]
async fn a_first_load_waits_for_who_reads_the_empty_tables() {
    let database = TestDatabase::new().await;
    let catalog = named("First", 24);
    let holder = Holder::of(&database, "SELECT FROM catalog.sku").await;
    let export = Export::of(&catalog);
    let mut load = export.start_load(database.url(), &[]);
    // It may do without a lock that a reader is in the way of.
    if holder.until_blocks(&mut load).await {
        let reader = database.session().await;
        reader
            .batch_execute("SELECT FROM catalog.sku")
            .await
            .unwrap();
        load.expect_at_work();
    }
    holder.release().await;
    load.finish().await.expect_code(0);
    expect_rows(&database, &catalog).await;
    run(database.url(), &["audit"]).await.expect_code(0);
}
