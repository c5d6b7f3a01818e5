//! What the contract adds to the original's routes.

use serde_json::{Value, json};

use crate::{
    client::Server,
    contract::{assert_problem, sample_server},
    fixtures::expected,
};

/// The cards of products, in the order of the ids.
fn cards(ids: &Value) -> Value {
    let cards = expected("cards");
    let card = |id: &Value| {
        cards
            .as_array()
            .unwrap()
            .iter()
            .find(|card| card["id"] == *id)
            .unwrap()
            .clone()
    };
    ids.as_array().unwrap().iter().map(card).collect()
}

async fn ids(server: &Server, path: &str) -> Vec<i64> {
    let answer = server.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    let listings = answer.json();
    let all = expected("products");
    for listing in listings.as_array().unwrap() {
        assert!(
            all.as_array().unwrap().contains(listing),
            "{path}: {listing}"
        );
    }
    listings
        .as_array()
        .unwrap()
        .iter()
        .map(|listing| listing["id"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn related_cards_show_each_related_product() {
    let (_database, server) = sample_server(&[]).await;
    for id in 1..=11 {
        let path = format!("/products/{id}/related/cards");
        let answer = server.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(
            answer.json(),
            cards(&expected(&format!("related-{id}"))),
            "{path}"
        );
    }
    assert_problem(
        &server.get("/products/12/related/cards").await,
        404,
        "cards of no product",
    );
}

#[tokio::test]
async fn a_product_page_is_its_documents_in_one() {
    let (_database, server) = sample_server(&[]).await;
    for id in 1..=11 {
        let path = format!("/products/{id}/page");
        let answer = server.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        let page = json!({
            "product": expected(&format!("product-{id}")),
            "styles": expected(&format!("styles-{id}")),
            "related": cards(&expected(&format!("related-{id}"))),
        });
        assert_eq!(answer.json(), page, "{path}");
    }
    assert_problem(
        &server.get("/products/12/page").await,
        404,
        "page of no product",
    );
}

#[tokio::test]
async fn after_an_id_come_the_next_products() {
    let (_database, server) = sample_server(&[]).await;
    for (query, next) in [
        ("after=0&count=3", &[1, 2, 3][..]),
        ("after=3&count=3", &[4, 5, 6]),
        ("after=9&count=5", &[10, 11]),
        ("after=11", &[]),
        ("after=9223372036854775807", &[]),
        ("after=4", &[5, 6, 7, 8, 9]),
        ("after=2&category=Kicks&count=2", &[5, 6]),
    ] {
        assert_eq!(
            ids(&server, &format!("/products?{query}")).await,
            next,
            "{query}"
        );
    }
    assert_problem(&server.get("/products?after=x").await, 400, "after=x");
}

#[tokio::test]
async fn the_next_links_lead_through_all_products_once() {
    let (_database, server) = sample_server(&[]).await;
    for first in [
        "/products?count=4",
        "/products?after=0&count=4",
        "/products?category=Kicks&count=2",
    ] {
        let (mut path, mut seen) = (first.to_owned(), Vec::new());
        loop {
            let answer = server.get(&path).await;
            let total = if first.contains("Kicks") { "4" } else { "11" };
            assert_eq!(answer.header("x-total-count"), total, "{path}");
            seen.extend(ids(&server, &path).await);
            let Some(link) = answer
                .headers
                .get("link")
                .map(|link| link.to_str().unwrap().to_owned())
            else {
                break;
            };
            let (target, relation) = link.split_once('>').unwrap();
            assert!(relation.contains("rel=\"next\""), "{link}");
            path = target.trim_start_matches('<').to_owned();
            assert!(path.starts_with("/products?") && seen.len() <= 11, "{link}");
        }
        let wanted: &[i64] = if first.contains("Kicks") {
            &[5, 6, 8, 9]
        } else {
            &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
        };
        assert_eq!(seen, wanted, "{first}");
    }
}

#[tokio::test]
async fn ids_are_answered_in_their_order_without_those_that_are_missing() {
    let (_database, server) = sample_server(&[]).await;
    let hundred = vec!["7"; 100].join(",");
    for (query, found) in [
        ("3,1,2", &[3, 1, 2][..]),
        ("11,99,5", &[11, 5]),
        ("0,99", &[]),
        ("4", &[4]),
    ] {
        assert_eq!(
            ids(&server, &format!("/products?ids={query}")).await,
            found,
            "{query}"
        );
    }
    assert_eq!(
        server.get(&format!("/products?ids={hundred}")).await.status,
        200
    );
    for query in [format!("{hundred},7"), "1,x".into(), "1.5".into()] {
        assert_problem(
            &server.get(&format!("/products?ids={query}")).await,
            400,
            &query,
        );
    }
}

#[tokio::test]
async fn a_category_has_pages_of_its_own() {
    let (_database, server) = sample_server(&[]).await;
    for (query, found) in [
        ("category=Kicks", &[5, 6, 8, 9][..]),
        ("category=Kicks&page=2&count=3", &[9]),
        ("category=Dress%20Shoes", &[7]),
        ("category=Basketball+Shoes", &[11]),
        ("category=kicks", &[]),
        ("category=Nothing", &[]),
    ] {
        assert_eq!(
            ids(&server, &format!("/products?{query}")).await,
            found,
            "{query}"
        );
    }
}

#[tokio::test]
async fn the_contract_is_served_in_a_machine_readable_form() {
    let (_database, server) = sample_server(&[]).await;
    let answer = server.get("/openapi.json").await;
    assert_eq!(answer.status, 200);
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    for path in [
        "/products",
        "/products/{product_id}",
        "/products/{product_id}/styles",
        "/products/{product_id}/related",
    ] {
        assert!(document["paths"][path]["get"].is_object(), "{path}");
    }
}
