//! A server follows changes of the documents, for any state of its memory.

use serde_json::json;

use crate::support::{fixtures::serving, server::Server, test_database::TestDatabase};

/// Statement that writes a document as a refresher does: with the next version.
fn write(id: i64, name: &str) -> String {
    format!(
        "INSERT INTO serving.product_document (product_id, version, listing, detail, styles, related, card)
         SELECT {id}, nextval('serving.document_version'), document, document, document, '[]', document
         FROM (SELECT '{{\"name\": \"{name}\"}}'::jsonb AS document) AS made
         ON CONFLICT (product_id) DO UPDATE
         SET (version, deleted, listing, detail, styles, related, card) = (excluded.version, false,
         excluded.listing, excluded.detail, excluded.styles, excluded.related, excluded.card)"
    )
}

/// Statement that deletes a document as a refresher does: the row stays, marked as deleted.
fn delete(id: i64) -> String {
    format!(
        "UPDATE serving.product_document SET version = nextval('serving.document_version'), deleted = true,
         listing = NULL, detail = NULL, styles = NULL, related = NULL, card = NULL WHERE product_id = {id}"
    )
}

async fn run(database: &TestDatabase, sql: &str) {
    let session = database.session().await;
    session.batch_execute(sql).await.expect("it is good SQL");
}

/// Returns the names on the first page.
async fn names(server: &Server) -> Vec<String> {
    let page = server.get("/products?count=100").await.json();
    let products = page.as_array().expect("a page is an array");
    let name = |product: &serde_json::Value| product["name"].as_str().unwrap().to_owned();
    products.iter().map(name).collect()
}

#[tokio::test]
async fn a_changed_document_replaces_the_one_in_memory() {
    for flags in [&[][..], &["--cache-capacity-bytes", "0"]] {
        let (database, server) = serving(flags).await;
        assert_eq!(server.get("/products/3").await.json()["name"], "Old 3");
        assert_eq!(names(&server).await.len(), 4);
        run(&database, &write(3, "New")).await;
        server
            .until("the change is seen", async |server| {
                server.get("/products/3").await.json()["name"] == "New"
                    && names(server).await == ["Old 1", "Old 2", "New", "Old 4"]
            })
            .await;
    }
}

#[tokio::test]
async fn inserts_and_deletes_show_on_routes_and_pages() {
    // Absences never expire here: only the feed can end one.
    let (database, server) = serving(&["--negative-ttl", "1000h"]).await;
    assert_eq!(server.get("/products/9").await.status, 404);
    assert_eq!(server.get("/products/2").await.status, 200);
    run(&database, &format!("{}; {}", write(9, "Late"), delete(2))).await;
    server
        .until("both are seen", async |server| {
            server.get("/products/9").await.status == 200
                && server.get("/products/2").await.status == 404
                && names(server).await == ["Old 1", "Old 3", "Old 4", "Late"]
        })
        .await;
    run(&database, &write(2, "Back")).await;
    server
        .until("it is back", async |server| {
            names(server).await == ["Old 1", "Back", "Old 3", "Old 4", "Late"]
        })
        .await;
}

#[tokio::test]
async fn a_page_is_of_one_publication_even_before_the_feed_sees_it() {
    // The feed polls only when a request finds that it is behind.
    let (database, server) = serving(&["--feed-interval", "1h"]).await;
    assert_eq!(names(&server).await.len(), 4);
    let session = database.session().await;
    for round in 0..5 {
        let names_now = [1, 2, 3].map(|id| format!("Round {round} {id}"));
        let publish = format!(
            "BEGIN; DELETE FROM serving.product_document; {}; {}; {};
             UPDATE serving.published_product SET offsets = '\\x800180028003';
             UPDATE serving.publication SET epoch = gen_random_uuid(),
             first_version = currval('serving.document_version') - 2,
             last_version = currval('serving.document_version'); COMMIT",
            write(1, &names_now[0]),
            write(2, &names_now[1]),
            write(3, &names_now[2])
        );
        session.batch_execute(&publish).await.expect("good SQL");
        // Product 7 is not in memory: fetching it shows the new publication.
        assert_eq!(
            server
                .get(&format!("/products/{}", 70 + round))
                .await
                .status,
            404
        );
        let page = names(&server).await;
        let is_old = |name: &String| !name.starts_with(&format!("Round {round} "));
        let n_old = page.iter().filter(|name| is_old(name)).count();
        assert!(n_old == 0 || n_old == page.len(), "a mix: {page:?}");
        server
            .until("all of it is new", async |server| {
                names(server).await == names_now
            })
            .await;
    }
}

#[tokio::test]
async fn a_rewound_feed_makes_every_document_stale() {
    let (database, server) = serving(&[]).await;
    run(&database, &write(3, "Lost")).await;
    server
        .until("it is seen", async |server| {
            server.get("/products/3").await.json()["name"] == "Lost"
        })
        .await;
    // As after a restore: an older version, in the same epoch.
    let restore = "UPDATE serving.product_document SET detail = '{\"name\": \"Restored\"}',
        version = (SELECT last_version FROM serving.publication) WHERE product_id = 3";
    run(&database, restore).await;
    server
        .until("it is read again", async |server| {
            server.get("/products/3").await.json() == json!({"name": "Restored"})
        })
        .await;
}

#[tokio::test]
async fn a_server_catches_up_with_what_was_written_since_the_load() {
    let (database, _) = serving(&[]).await;
    run(&database, &format!("{}; {}", write(9, "Late"), delete(1))).await;
    let server = Server::start(database.url(), &[]).await;
    let expected = ["Old 2", "Old 3", "Old 4", "Late"];
    assert_eq!(names(&server).await, expected);
}
