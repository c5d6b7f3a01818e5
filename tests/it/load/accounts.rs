//! Accounts that load: who must not is told so before anything begins, and who may takes nothing away from the owner.

use serde_json::json;

use crate::support::{
    catalog_changes::next_export,
    database_state::{assert_same_dump, dump_of_schema, expect_rows, leftovers},
    export::Export,
    fixtures::named,
    model::Catalog,
    program::run,
    server::Server,
    test_database::TestDatabase,
};

/// A database that an ordinary account owns, and has loaded.
struct Owned {
    database: TestDatabase,
    owner: String,
    catalog: Catalog,
}

impl Owned {
    async fn open() -> Self {
        let database = TestDatabase::empty().await;
        let owner = format!("owner_of_{}", database.name());
        let create = format!(
            "CREATE ROLE {owner} LOGIN PASSWORD 'secret'; ALTER DATABASE {} OWNER TO {owner}",
            database.name()
        );
        database.execute(&create).await;
        let this = Self {
            catalog: named("First", 24),
            database,
            owner,
        };
        run(&this.url(&this.owner), &["migrate"])
            .await
            .expect_code(0);
        let export = Export::of(&this.catalog);
        let load = export.load(&this.url(&this.owner), &[]).await;
        load.expect_code(0);
        this
    }

    /// Returns the database's URL for an account with the usual password.
    fn url(&self, account: &str) -> String {
        let (_, server) = self.database.url().split_once('@').unwrap();
        format!("postgres://{account}:secret@{server}")
    }

    /// Asserts that a load of an account is refused with these words, and has not begun.
    async fn expect_refused(&self, account: &str, words: &[&str]) {
        let before = dump_of_schema(&self.database).await;
        let export = Export::of(&next_export(&self.catalog));
        for flags in [&[][..], &["--dry-run"], &["--force"]] {
            let load = export.load(&self.url(account), flags).await;
            let load = load.expect_code(1).expect_words(words);
            assert!(!load.log.contains("Began"), "{}", load.log);
        }
        let after = dump_of_schema(&self.database).await;
        assert_same_dump(&before, &after, "a load that was refused");
        expect_rows(&self.database, &self.catalog).await;
    }
}

#[tokio::test]
async fn the_owner_loads_without_being_a_superuser() {
    let owned = Owned::open().await;
    let (url, next) = (owned.url(&owned.owner), next_export(&owned.catalog));
    Export::of(&next).load(&url, &[]).await.expect_code(0);
    expect_rows(&owned.database, &next).await;
    run(&url, &["audit"]).await.expect_code(0);
    let another = named("Another", 24);
    Export::of(&another).load(&url, &[]).await.expect_code(0);
    expect_rows(&owned.database, &another).await;
    run(&url, &["audit"]).await.expect_code(0);
    assert_eq!(leftovers(&owned.database).await, json!([]));
}

#[tokio::test]
async fn a_load_by_a_superuser_takes_nothing_from_the_owner() {
    let owned = Owned::open().await;
    let before = dump_of_schema(&owned.database).await;
    let server = Server::start(&owned.url(&owned.owner), &[]).await;
    let superuser = owned.database.url();
    for catalog in [
        next_export(&owned.catalog),
        named("Another", 24),
        owned.catalog.clone(),
    ] {
        let load = Export::of(&catalog).load(superuser, &[]).await;
        load.expect_code(0);
        let listings = catalog.listings();
        let is_served =
            async |server: &Server| server.get("/products?count=100").await.json() == listings;
        server.until("the load is served", is_served).await;
        server.expect_catalog(&catalog).await;
        let after = dump_of_schema(&owned.database).await;
        assert_same_dump(&before, &after, "a load by a superuser");
    }
    // Whose server goes on composing what changes.
    let rename = "UPDATE catalog.product SET name = 'Afterwards' WHERE id = 1";
    owned.database.execute(rename).await;
    let is_served =
        async |server: &Server| server.get("/products/1").await.json()["name"] == "Afterwards";
    server.until("a change is served", is_served).await;
    run(&owned.url(&owned.owner), &["audit"])
        .await
        .expect_code(0);
}

#[tokio::test]
async fn a_first_load_by_a_superuser_takes_nothing_from_the_owner() {
    let owned = Owned::open().await;
    owned.database.execute("DELETE FROM catalog.product").await;
    let before = dump_of_schema(&owned.database).await;
    let export = Export::of(&owned.catalog);
    export.load(owned.database.url(), &[]).await.expect_code(0);
    let after = dump_of_schema(&owned.database).await;
    assert_same_dump(&before, &after, "a first load by a superuser");
    let server = Server::start(&owned.url(&owned.owner), &[]).await;
    server.expect_catalog(&owned.catalog).await;
}

#[tokio::test]
async fn an_account_that_does_not_own_the_tables_is_refused() {
    let owned = Owned::open().await;
    let helper = format!("helper_of_{}", owned.database.name());
    let create = format!(
        "CREATE ROLE {helper} LOGIN PASSWORD 'secret';
         GRANT ALL ON DATABASE {} TO {helper};
         GRANT ALL ON SCHEMA catalog, serving, search TO {helper};
         GRANT ALL ON ALL TABLES IN SCHEMA catalog, serving, search TO {helper}",
        owned.database.name()
    );
    owned.database.execute(&create).await;
    owned.expect_refused(&helper, &["own", &owned.owner]).await;
}

#[tokio::test]
async fn a_column_that_a_load_cannot_fill_is_named() {
    let owned = Owned::open().await;
    let add = "ALTER TABLE catalog.style ADD COLUMN supplier text NOT NULL DEFAULT 'unknown';
        ALTER TABLE catalog.style ALTER COLUMN supplier DROP DEFAULT";
    owned.database.execute(add).await;
    let words = ["catalog.style", "supplier", "default"];
    owned.expect_refused(&owned.owner, &words).await;
    let remedy = "ALTER TABLE catalog.style ALTER COLUMN supplier SET DEFAULT 'somebody'";
    owned.database.execute(remedy).await;
    let next = next_export(&owned.catalog);
    let load = Export::of(&next).load(&owned.url(&owned.owner), &[]).await;
    load.expect_code(0);
    expect_rows(&owned.database, &next).await;
}

#[tokio::test]
async fn row_security_that_would_hide_rows_is_named() {
    let owned = Owned::open().await;
    let hide = "ALTER TABLE catalog.sku ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY few ON catalog.sku USING (id < 5)";
    owned.database.execute(hide).await;
    let words = ["catalog.sku", "row security"];
    owned.expect_refused(&owned.owner, &words).await;
    // It hides nothing from the owner unless it is forced.
    let remedy = "ALTER TABLE catalog.sku NO FORCE ROW LEVEL SECURITY";
    owned.database.execute(remedy).await;
    let next = next_export(&owned.catalog);
    let load = Export::of(&next).load(&owned.url(&owned.owner), &[]).await;
    load.expect_code(0);
    expect_rows(&owned.database, &next).await;
}
