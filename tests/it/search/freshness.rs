//! Freshness of search results.

use super::{path, search, search_fresh};
use crate::support::{export::Export, fixtures::named, sample::sample_server, server::Server};

#[tokio::test]
async fn no_cache_searches_find_committed_words_and_no_overwritten_ones() {
    let (database, server) = sample_server(&[]).await;
    assert_eq!(search(&server, "onesie").await, [1]);
    database
        .execute("UPDATE catalog.product SET name = 'Camo Kimono' WHERE id = 1")
        .await;
    assert_eq!(search_fresh(&server, "onesie").await, [0; 0]);
    assert_eq!(search_fresh(&server, "kimono").await, [1]);
    assert_eq!(search(&server, "kimono").await, [1]);
    database
        .execute("UPDATE catalog.product SET category = 'Robes' WHERE id = 1")
        .await;
    assert_eq!(search_fresh(&server, "robe").await, [1]);
    database
        .execute("DELETE FROM catalog.product WHERE id = 1")
        .await;
    assert_eq!(search_fresh(&server, "kimono").await, [0; 0]);
}

#[tokio::test]
async fn searches_follow_changes() {
    let (database, server) = sample_server(&[]).await;
    assert_eq!(search(&server, "kimono").await, [0; 0]);
    database
        .execute("UPDATE catalog.product SET name = 'Camo Kimono' WHERE id = 1")
        .await;
    let is_found = async |server: &Server| search(server, "kimono").await == [1];
    server.until("the new name is found", is_found).await;
}

#[tokio::test]
async fn searches_follow_a_load() {
    let (database, server) = sample_server(&[]).await;
    assert_eq!(
        search(&server, "shoes").await.len(),
        search(&server, "shoe").await.len()
    );
    let export = Export::of(&named("Zebra", 3));
    export
        .load(database.url(), &["--force"])
        .await
        .expect_code(0);
    assert_eq!(search_fresh(&server, "zebra").await, [1, 2, 3]);
    assert_eq!(search(&server, "zebar").await, [1, 2, 3]);
    assert_eq!(search(&server, "shoes").await, [0; 0]);
    database
        .execute("UPDATE catalog.product SET name = 'Quagga' WHERE id = 2")
        .await;
    assert_eq!(search_fresh(&server, "quagga").await, [2]);
    // The slogan still contains it.
    assert_eq!(search_fresh(&server, "zebra").await, [1, 3, 2]);
}

#[tokio::test]
async fn a_search_is_answered_from_memory_until_the_catalog_changes() {
    let (database, server) = sample_server(&[]).await;
    let searches = async || {
        server
            .count("atelierex_search_duration_seconds_count")
            .await
    };
    for _ in 0..3 {
        search(&server, "shoes").await;
    }
    assert_eq!(searches().await, 1);
    let hit = server.get(&path("shoes")).await;
    assert!(hit.header("cache-status").contains("hit"));
    database
        .execute("UPDATE catalog.product SET default_price = 1 WHERE id = 4")
        .await;
    assert_eq!(search_fresh(&server, "slacks").await, [4]);
    search(&server, "shoes").await;
    assert_eq!(searches().await, 3);
}
