//! A load is published while changes are pending and while they are composed. Afterwards everything is as loaded.

use tokio_postgres::Client;

use crate::support::{
    export::Export,
    fixtures::named,
    model::Catalog,
    program::run,
    server::Server,
    source_rows::{NOTHING_QUEUED, expect_current, until_true},
    test_database::TestDatabase,
};

/// Returns a query that is true while a session waits for a lock in a statement like this.
fn is_blocked(application: &str, query: &str) -> String {
    format!(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = '{application}'
         AND datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%{query}%')"
    )
}

/// A loaded catalog, two servers and another catalog to load.
struct Scene {
    database: TestDatabase,
    servers: [Server; 2],
    next: Catalog,
}

impl Scene {
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let first = Export::of(&named("First", 24));
        first.load(database.url(), &[]).await.expect_code(0);
        let servers = [
            Server::start(database.url(), &[]).await,
            Server::start(database.url(), &["--no-feed-listen"]).await,
        ];
        Self {
            servers,
            next: named("Another", 24),
            database,
        }
    }

    /// Loads while `session` holds a lock that changes wait for. Releases the lock when the load waits, too.
    async fn load_against(&self, session: &Client) {
        let export = Export::of(&self.next);
        let load = export.start_load(self.database.url(), &[]);
        until_true(
            &self.database,
            &is_blocked("atelierex load", "serving.refresher FOR UPDATE"),
        )
        .await;
        session.batch_execute("COMMIT").await.unwrap();
        load.finish().await.expect_code(0);
    }

    /// Asserts that the catalog is served as it was loaded, and that later changes are served.
    async fn expect_next(&self) {
        let listings = self.next.listings();
        for server in &self.servers {
            let is_served =
                async |server: &Server| server.get("/products?count=100").await.json() == listings;
            server.until("the load is served", is_served).await;
            server.expect_catalog(&self.next).await;
        }
        self.expect_settled().await;
        self.database
            .execute("UPDATE catalog.product SET name = 'Afterwards' WHERE id = 1")
            .await;
        for server in &self.servers {
            let is_served = async |server: &Server| {
                server.get("/products/1").await.json()["name"] == "Afterwards"
            };
            server
                .until("a change of what was loaded is served", is_served)
                .await;
        }
    }

    /// Asserts that nothing is queued in the end and all documents are correct.
    async fn expect_settled(&self) {
        until_true(&self.database, NOTHING_QUEUED).await;
        expect_current(&self.database).await;
        run(self.database.url(), &["audit"]).await.expect_code(0);
    }
}

#[tokio::test]
async fn a_load_replaces_changes_that_are_not_composed_yet() {
    let scene = Scene::new().await;
    let session = scene.database.session().await;
    let lock = "BEGIN; SELECT FROM serving.refresher FOR UPDATE";
    session.batch_execute(lock).await.unwrap();
    let changes = "UPDATE catalog.product SET name = 'Lost'; TRUNCATE catalog.feature; DELETE FROM catalog.product WHERE id = 2";
    scene.database.execute(changes).await;
    until_true(
        &scene.database,
        &is_blocked("atelierex refresh", "serving.refresher"),
    )
    .await;
    scene.load_against(&session).await;
    scene.expect_next().await;
}

#[tokio::test]
async fn a_load_waits_for_the_batch_that_is_being_composed() {
    let scene = Scene::new().await;
    let session = scene.database.session().await;
    let lock = "BEGIN; SELECT FROM serving.product_document WHERE product_id = 1 FOR UPDATE";
    session.batch_execute(lock).await.unwrap();
    scene
        .database
        .execute("UPDATE catalog.product SET name = 'Lost' WHERE id IN (1, 2)")
        .await;
    until_true(
        &scene.database,
        &is_blocked("atelierex refresh", "INSERT INTO serving.product_document"),
    )
    .await;
    scene.load_against(&session).await;
    scene.expect_next().await;
}

#[tokio::test]
async fn a_writer_goes_on_while_a_load_waits_for_a_lock_and_its_row_is_kept() {
    let scene = Scene::new().await;
    let session = scene.database.session().await;
    let lock = "BEGIN; SELECT FROM catalog.style WHERE id = 2 FOR UPDATE";
    session.batch_execute(lock).await.unwrap();
    let export = Export::of(&scene.next);
    let load = export.start_load(scene.database.url(), &[]);
    // The load has locked the products by now.
    until_true(
        &scene.database,
        &is_blocked("atelierex load", "catalog.style"),
    )
    .await;
    let writer = scene.database.session().await;
    for quantity in 0..10 {
        let update = format!("UPDATE catalog.product SET slogan = '{quantity}' WHERE id = 1");
        writer.batch_execute(&update).await.unwrap();
    }
    session.batch_execute("COMMIT").await.unwrap();
    load.finish().await.expect_code(0).expect_words(&[
        "Rows are locked by process",
        "product.csv               1 kept by rule changed-meanwhile",
    ]);
    for server in &scene.servers {
        let is_served = async |server: &Server| {
            let [first, second] = ["/products/1", "/products/2"];
            let first = server.get(first).await.json();
            (first["name"].as_str(), first["slogan"].as_str()) == (Some("First 1"), Some("9"))
                && server.get(second).await.json()["name"] == "Another 2"
        };
        server.until("both changes are served", is_served).await;
    }
    scene.expect_settled().await;
}

#[tokio::test]
async fn loads_alternate_while_rows_change_all_the_time() {
    let scene = Scene::new().await;
    let writer = scene.database.session().await;
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let write = tokio::spawn(async move {
        for n in 0.. {
            if stopped.try_recv().is_ok() {
                break;
            }
            let id = n % 24 + 1;
            let update = format!(
                "UPDATE catalog.sku SET quantity = {n} WHERE id = {id}; UPDATE catalog.product SET slogan = '{n}' WHERE id = {id}"
            );
            writer.batch_execute(&update).await.unwrap();
        }
    });
    for name in ["Second", "Third", "Fourth"] {
        let load = Export::of(&named(name, 24))
            .load(scene.database.url(), &[])
            .await;
        load.expect_code(0);
    }
    stop.send(()).unwrap();
    write.await.unwrap();
    scene.expect_settled().await;
    let expected = "SELECT json_agg(listing ORDER BY product_id) FROM serving.composed_document";
    let expected = scene.database.value(expected).await;
    for server in &scene.servers {
        let is_served =
            async |server: &Server| server.get("/products?count=100").await.json() == expected;
        server.until("the last state is served", is_served).await;
    }
}
