//! Product pages in one response.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    contract::openapi::{assert_required_headers, description, resolve},
    support::{
        problem::assert_problem,
        sample::{expected, sample_server},
        server::{Answer, Server},
        source_rows::five_products,
        wait,
    },
};

/// Routes of a product beyond its documents.
const ROUTES: [&str; 2] = ["page", "related/cards"];

/// Returns the cards of products, in the order of the ids.
fn cards(ids: &Value) -> Value {
    let cards = expected("cards");
    let card = |id: &Value| {
        let mut cards = cards.as_array().unwrap().iter();
        cards.find(|card| card["id"] == *id).unwrap().clone()
    };
    ids.as_array().unwrap().iter().map(card).collect()
}

#[tokio::test]
async fn cards_show_each_related_product_and_a_page_is_everything_in_one() {
    let (_database, server) = sample_server(&[]).await;
    for id in 1..=11 {
        let cards = cards(&expected(&format!("related/{id}")));
        let page = json!({
            "product": expected(&format!("product/{id}")),
            "styles": expected(&format!("styles/{id}")),
            "related": cards,
        });
        for (route, expected) in [("related/cards", cards), ("page", page)] {
            for slash in ["", "/"] {
                let path = format!("/products/{id}/{route}{slash}");
                let answer = server.get(&path).await;
                assert_eq!(answer.status, 200, "{path}");
                assert_eq!(answer.json(), expected, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn errors_are_those_of_the_other_routes_of_a_product() {
    let (_database, server) = sample_server(&[]).await;
    for route in ROUTES {
        for (id, status) in [("12", 404), ("0", 404), ("abc", 400), ("-1", 400)] {
            let path = format!("/products/{id}/{route}");
            for _ in 0..2 {
                assert_problem(&server.get(&path).await, status, &path);
            }
        }
        let path = format!("/products/1/{route}");
        let answer = server.send(Method::POST, &path, &[]).await;
        assert_problem(&answer, 405, &path);
        let below = format!("{path}/1");
        assert_problem(&server.get(&below).await, 404, &below);
    }
}

#[tokio::test]
async fn a_repeated_request_is_a_hit_and_its_etag_gives_304() {
    let (_database, server) = sample_server(&[]).await;
    for (id, route) in [(3, "page"), (7, "related/cards")] {
        let path = format!("/products/{id}/{route}");
        let first = server.get(&path).await;
        assert_eq!(first.header("cache-status"), "atelierex; fwd=miss");
        let again = server.get(&path).await;
        assert_eq!(again.header("cache-status"), "atelierex; hit");
        assert_eq!(
            (&again.body, again.header("etag")),
            (&first.body, first.header("etag"))
        );
        let known = [("if-none-match", first.header("etag"))];
        assert_eq!(server.get_with(&path, &known).await.status, 304, "{path}");
        let head = server.send(Method::HEAD, &path, &[]).await;
        assert_eq!(
            head.header("content-length"),
            first.header("content-length")
        );
        assert!(!head.headers.contains_key("x-total-count"), "{path}");
    }
}

#[tokio::test]
async fn the_related_products_are_fetched_in_one_batch() {
    let (_database, server) = sample_server(&[]).await;
    let batches = "atelierex_fetch_batch_products_count";
    let before = server.count(batches).await;
    server.get("/products/3/page").await;
    // One batch for the product, which has the related ids, and one for the related products.
    assert_eq!(server.count(batches).await, before + 2);
    server.get("/products/3/related/cards").await;
    assert_eq!(server.count(batches).await, before + 2);
}

#[tokio::test]
async fn cards_are_limited_like_products_on_a_page() {
    let (_database, server) = sample_server(&["--max-page-count", "2"]).await;
    let all = cards(&expected("related/3"));
    let two = json!(all.as_array().unwrap()[..2]);
    assert_eq!(server.get("/products/3/related/cards").await.json(), two);
    assert_eq!(server.get("/products/3/page").await.json()["related"], two);
}

#[tokio::test]
async fn pages_follow_changes_of_every_product_on_them() {
    let database = five_products().await;
    for flags in [&[][..], &["--cache-capacity-bytes", "0"]] {
        let server = Server::start(database.url(), flags).await;
        let fresh = [("cache-control", "no-cache")];
        let page = async |headers| server.get_with("/products/1/page", headers).await;
        let before = page(&[]).await;
        assert_eq!(before.json()["related"][0]["id"], 2);
        for (change, pointer, value) in [
            (
                "UPDATE catalog.product SET name = 'Renamed' WHERE id = 2",
                "/related/0/name",
                json!("Renamed"),
            ),
            (
                "UPDATE catalog.style SET sale_price = 7 WHERE product_id = 2",
                "/related/0/sale_price",
                json!("7.00"),
            ),
            (
                "UPDATE catalog.style SET name = 'Other' WHERE product_id = 1",
                "/styles/results/0/name",
                json!("Other"),
            ),
            (
                "UPDATE catalog.feature SET value = 'Wool' WHERE product_id = 1",
                "/product/features/0/value",
                json!("Wool"),
            ),
            (
                "INSERT INTO catalog.related_product VALUES (99, 1, 5)",
                "/related/1/id",
                json!(5),
            ),
            (
                "DELETE FROM catalog.product WHERE id = 2",
                "/related/0/id",
                json!(5),
            ),
        ] {
            database.execute(change).await;
            let answer = page(&fresh).await;
            assert_eq!(answer.header("cache-status"), "atelierex; fwd=request");
            assert_eq!(answer.json().pointer(pointer), Some(&value), "{change}");
            assert_eq!(page(&[]).await.body, answer.body, "{change}");
        }
        let known = [("if-none-match", before.header("etag"))];
        assert_eq!(page(&known).await.status, 200);
        crate::support::source_rows::refill(&database).await;
    }
}

/// Asserts that the response to a malformed document equals the example of `path`.
#[track_caller]
fn assert_documented(description: &Value, answer: &Answer, path: &str) {
    let responses = &description["paths"][path]["get"]["responses"];
    let response = resolve(description, &responses["500"]);
    let examples = &response["content"]["application/problem+json"]["examples"];
    let mut expected = examples["malformed"]["value"].clone();
    expected["request_id"] = json!(answer.header("x-request-id"));
    assert_eq!(answer.json(), expected, "{path}");
    assert_required_headers(description, response, answer, path);
}

#[tokio::test]
async fn related_ids_that_cannot_be_parsed_fail_loudly() {
    let (database, server) = sample_server(&[]).await;
    let description = description(&server).await;
    let malformed = [(3, r#"{"ids": [1]}"#), (7, r#"["1"]"#), (9, "null")];
    for (id, related) in malformed {
        let sql = format!(
            "UPDATE serving.product_document SET related = '{related}' WHERE product_id = {id}"
        );
        database.execute(&sql).await;
    }
    for (id, related) in malformed {
        for route in ROUTES {
            let path = format!("/products/{id}/{route}");
            let answer = server.get(&path).await;
            assert_problem(&answer, 500, &format!("{path}: {related}"));
            assert_documented(
                &description,
                &answer,
                &format!("/products/{{product_id}}/{route}"),
            );
        }
        let detail = server.get(&format!("/products/{id}")).await;
        assert_eq!(detail.status, 200, "other documents of {id} are served");
        let log = format!("of product {id} is not an array of ids");
        // The log is written by another thread.
        wait::until(&log, async || server.said().contains(&log)).await;
    }
    let n_malformed = server.count("atelierex_documents_malformed_total").await;
    assert_eq!(n_malformed, (malformed.len() * ROUTES.len()) as u64);
    assert_eq!(server.get("/products/1/page").await.status, 200);
}
