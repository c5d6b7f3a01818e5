//! Accounts with one task each: their privileges are sufficient and minimal.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use tokio_postgres::{Client, error::SqlState};

use crate::support::{
    export::Export,
    fixtures::named,
    program::{Finished, run},
    server::Server,
    test_database::TestDatabase,
};

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A database with the products 1 to 4, and three accounts. Accounts belong to the whole server, so that each test
/// needs names of its own.
struct Accounts {
    database: TestDatabase,
    names: [String; 3],
}

impl Accounts {
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        load(&database, "Old").await;
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        // One name needs quotes.
        let names = ["serve", "refresh", "Write"].map(|does| format!("test {n} {does}"));
        for name in &names {
            let create = format!("CREATE ROLE \"{name}\" LOGIN PASSWORD 'secret'");
            database.execute(&create).await;
        }
        Self { database, names }
    }

    async fn granted() -> Self {
        let accounts = Self::new().await;
        accounts.grant().await.expect_code(0);
        accounts
    }

    async fn grant(&self) -> Finished {
        let [serve, refresh, write] = &self.names;
        let roles = ["--serve-role", serve, "--refresh-role", refresh];
        let arguments = [
            &["migrate", "--grant"],
            &roles[..],
            &["--write-role", write],
        ];
        run(self.database.url(), &arguments.concat()).await
    }

    fn url(&self, account: usize) -> String {
        let (_, server) = self.database.url().split_once('@').unwrap();
        let name = self.names[account].replace(' ', "%20");
        format!("postgres://{name}:secret@{server}")
    }

    async fn session(&self, account: usize) -> Client {
        let session = atelierex::db::session::connect(&self.url(account), "test", &[]).await;
        session.expect("the account may log in")
    }

    /// Starts a server that never uses the owner's account.
    async fn server(&self, flags: &[&str]) -> Server {
        let (refresh, write) = (self.url(REFRESH), self.url(WRITE));
        let urls = [
            "--refresh-database-url",
            &refresh,
            "--write-database-url",
            &write,
        ];
        Server::start(&self.url(SERVE), &[&urls[..], flags].concat()).await
    }
}

const SERVE: usize = 0;
const REFRESH: usize = 1;
const WRITE: usize = 2;

async fn load(database: &TestDatabase, name: &str) {
    let export = Export::of(&named(name, 4));
    export
        .load(database.url(), &["--force"])
        .await
        .expect_code(0);
}

async fn expect_denied(session: &Client, statements: &[&str]) {
    for sql in statements {
        let error = session.batch_execute(sql).await.expect_err(sql);
        assert_eq!(
            error.code(),
            Some(&SqlState::INSUFFICIENT_PRIVILEGE),
            "{sql}: {error}"
        );
    }
}

#[tokio::test]
async fn a_missing_account_is_named_with_the_statement_that_creates_it() {
    let database = TestDatabase::new().await;
    let arguments = ["migrate", "--grant", "--serve-role", "no such"];
    let refused = run(database.url(), &arguments).await.expect_code(1);
    refused.expect_words(&["CREATE ROLE \\\"no such\\\" LOGIN"]);
    let owner = ["migrate", "--grant", "--serve-role", "atelierex"];
    let refused = run(database.url(), &owner).await.expect_code(1);
    refused.expect_words(&["the role atelierex owns the tables"]);
}

#[tokio::test]
async fn the_serve_account_only_reads_documents() {
    let accounts = Accounts::granted().await;
    let session = accounts.session(SERVE).await;
    session
        .batch_execute("SELECT * FROM serving.product_document")
        .await
        .unwrap();
    let statements = [
        "SELECT FROM catalog.product",
        "SELECT FROM catalog.sku",
        "SELECT FROM serving.composed_document",
        "SELECT product_id FROM serving.change_queue",
        "SELECT FROM serving.refresh_failure",
        "INSERT INTO serving.change_queue (product_id) VALUES (1)",
        "INSERT INTO serving.bulk_change (from_product_id) VALUES (0)",
        "UPDATE serving.product_document SET version = 0",
        "DELETE FROM serving.product_document",
        "SELECT FROM serving.refresher FOR UPDATE",
        "SELECT nextval('serving.document_version')",
        "SELECT FROM serving.publication FOR UPDATE",
        "SELECT serving.capture_bulk('{1}', NULL)",
        "CREATE TABLE serving.own ()",
        "CREATE SCHEMA own",
        "DROP TABLE serving.product_document",
        "DELETE FROM search.product_words",
        "INSERT INTO search.vocabulary VALUES ('a', 'a')",
        "SELECT search.index_products('{1}', '{NULL}')",
    ];
    expect_denied(&session, &statements).await;
}

#[tokio::test]
async fn the_refresh_account_changes_no_source_table() {
    let accounts = Accounts::granted().await;
    let session = accounts.session(REFRESH).await;
    session
        .batch_execute("SELECT * FROM catalog.product")
        .await
        .unwrap();
    let statements = [
        "UPDATE catalog.product SET slogan = ''",
        "INSERT INTO catalog.product (id, name, default_price) VALUES (9, '', 0)",
        "DELETE FROM catalog.style",
        "TRUNCATE catalog.product CASCADE",
        "DELETE FROM serving.product_document",
        "UPDATE serving.publication SET epoch = gen_random_uuid()",
        "DELETE FROM serving.published_product",
        "CREATE TABLE catalog.own ()",
    ];
    expect_denied(&session, &statements).await;
}

#[tokio::test]
async fn the_write_account_neither_reads_nor_changes_documents() {
    let accounts = Accounts::granted().await;
    let session = accounts.session(WRITE).await;
    let statements = [
        "SELECT FROM serving.product_document",
        "UPDATE serving.product_document SET version = 0",
        "SELECT FROM serving.change_queue",
        "DELETE FROM serving.change_queue",
        "INSERT INTO serving.bulk_change (from_product_id) VALUES (0)",
        "UPDATE serving.refresher SET worker = NULL",
        "TRUNCATE catalog.product CASCADE",
        "ALTER TABLE catalog.product DISABLE TRIGGER ALL",
        "CREATE TABLE catalog.own ()",
    ];
    expect_denied(&session, &statements).await;
}

#[tokio::test]
async fn grants_are_exact_and_can_be_repeated() {
    let accounts = Accounts::granted().await;
    let rights = "SELECT n.nspname, c.relname, c.relacl::text AS of_table,
            (SELECT json_object_agg(attname, attacl::text) FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL) AS of_columns
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
        WHERE nspname IN ('catalog', 'serving') AND relkind IN ('r', 'v', 'S') ORDER BY 1, 2";
    let first = accounts.database.json(rights).await;
    // Surplus privileges are revoked again.
    let serve = &accounts.names[SERVE];
    let extra = format!(
        "GRANT INSERT ON catalog.product TO \"{serve}\"; GRANT SELECT (name) ON catalog.style TO \"{serve}\""
    );
    accounts.database.execute(&extra).await;
    assert_ne!(accounts.database.json(rights).await, first);
    accounts.grant().await.expect_code(0);
    let again = "SELECT count(*) FROM information_schema.role_column_grants WHERE grantee LIKE '%serve' AND table_schema = 'catalog'";
    let left = accounts.database.json(again).await;
    assert_eq!(left, json!([{"count": 0}]));
    load(&accounts.database, "New").await;
    let sorted = |rights: &serde_json::Value| {
        let mut text: Vec<_> = rights
            .to_string()
            .split(['{', '}', ',', '"'])
            .map(str::to_owned)
            .collect();
        text.sort();
        text
    };
    // A load clones the tables with their privileges, in another order.
    assert_eq!(
        sorted(&accounts.database.json(rights).await),
        sorted(&first)
    );
}

#[tokio::test]
async fn every_table_of_the_serving_schema_is_granted_to_an_account() {
    let database = TestDatabase::new().await;
    let grants = include_str!("../../../src/document/grants.sql");
    let tables = "SELECT relname FROM pg_class WHERE relnamespace = 'serving'::regnamespace AND relkind IN ('r', 'v')";
    for table in database.json(tables).await.as_array().unwrap() {
        let name = format!("serving.{}", table["relname"].as_str().unwrap());
        assert!(grants.contains(&name), "no account may use {name}");
    }
}

#[tokio::test]
async fn grants_are_refused_during_a_load() {
    let accounts = Accounts::new().await;
    let load = accounts.database.session().await;
    load.batch_execute("BEGIN; SELECT FROM serving.publication FOR UPDATE")
        .await
        .unwrap();
    let refused = accounts.grant().await.expect_code(1);
    refused.expect_words(&["another load"]);
    load.batch_execute("COMMIT").await.unwrap();
    accounts.grant().await.expect_code(0);
}

/// Asserts that a change by the writing account becomes visible, and at once with `no-cache`.
async fn expect_followed(accounts: &Accounts, server: &Server, slogan: &str) {
    let writer = accounts.session(WRITE).await;
    let sql = format!(
        "UPDATE catalog.product SET slogan = '{slogan}' WHERE id = 2;
         UPDATE catalog.sku SET quantity = quantity + 1;
         INSERT INTO catalog.feature (id, product_id, feature) VALUES (1000 + length('{slogan}'), 2, 'Own')"
    );
    writer.batch_execute(&sql).await.unwrap();
    let no_cache = [("cache-control", "no-cache")];
    let answer = server.get_with("/products/2", &no_cache).await;
    assert_eq!(
        (answer.status, answer.json()["slogan"].as_str()),
        (200, Some(slogan))
    );
    let page = server.get_with("/products", &no_cache).await;
    assert_eq!(page.status, 200);
    // So many that they are queued in chunks.
    let many = "INSERT INTO catalog.product (id, name, default_price) SELECT id, 'Many', 1 FROM generate_series(5001, 5150) AS id";
    writer.batch_execute(many).await.unwrap();
    let answer = server.get_with("/products/5150", &no_cache).await;
    assert_eq!(answer.status, 200);
    // Deletes that cascade.
    writer
        .batch_execute("DELETE FROM catalog.product WHERE id = 4")
        .await
        .unwrap();
    let is_gone = async |server: &Server| server.get("/products/4").await.status == 404;
    server.until("a deleted product is gone", is_gone).await;
}

#[tokio::test]
async fn servers_work_under_limited_accounts_before_during_and_after_a_load() {
    let accounts = Accounts::granted().await;
    let flags = ["--audit-rate", "100", "--canary-product", "3"];
    accounts
        .server(&[])
        .await
        .expect_catalog(&named("Old", 4))
        .await;
    let server = accounts.server(&flags).await;
    expect_followed(&accounts, &server, "before").await;
    let loads = server.count("atelierex_publications_total").await;
    let reload = load(&accounts.database, "New");
    let reads = async {
        let is_new = async |server: &Server| {
            assert_eq!(server.get("/products/2").await.status, 200);
            assert_eq!(server.get("/products").await.status, 200);
            server.count("atelierex_publications_total").await > loads
        };
        server.until("the load is published", is_new).await;
    };
    tokio::join!(reload, reads);
    expect_followed(&accounts, &server, "after a load").await;
    let is_found =
        async |server: &Server| server.get("/products?q=New").await.header("x-total-count") != "0";
    server.until("what was loaded is found", is_found).await;
    let canaries = server
        .count("atelierex_canary_duration_seconds_count")
        .await;
    let is_watched = async |server: &Server| {
        server
            .count("atelierex_canary_duration_seconds_count")
            .await
            > canaries
            && server.count("atelierex_audit_products_total").await > 0
    };
    server.until("canary and auditor work", is_watched).await;
    for none in [
        "atelierex_audit_mismatches_total",
        "atelierex_fetch_failures_total",
        "atelierex_refresh_quarantines_total",
    ] {
        assert_eq!(server.count(none).await, 0, "{none}");
    }
    run(&accounts.url(REFRESH), &["audit"]).await.expect_code(0);
    // Another server, which starts with the tables of the load.
    accounts.server(&[]).await;
}
