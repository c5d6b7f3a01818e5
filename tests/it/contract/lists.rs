//! Lists of products beyond the original's pages: after an id, by ids, and their headers.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    problem::assert_problem,
    sample::{expected, sample_server},
    server::{Answer, Server},
    source_rows::five_products,
};

/// Returns the ids on a page.
#[track_caller]
pub fn ids_of(answer: &Answer) -> Vec<i64> {
    assert_eq!(answer.status, 200);
    let page = answer.json();
    let products = page.as_array().expect("a list is an array");
    let id = |product: &Value| product["id"].as_i64().expect("ids are numbers");
    products.iter().map(id).collect()
}

async fn ids(server: &Server, path: &str) -> Vec<i64> {
    ids_of(&server.get(path).await)
}

/// Returns the link to the next page of a list.
pub fn next(answer: &Answer) -> Option<String> {
    answer.headers.get("link")?;
    let link = answer.header("link");
    let (target, relation) = link.split_once('>').unwrap();
    assert_eq!(relation, "; rel=\"next\"");
    Some(target.trim_start_matches('<').to_owned())
}

/// Returns all pages from `first` on, by following the links.
async fn walk(server: &Server, first: &str) -> Vec<Answer> {
    let (mut pages, mut path) = (Vec::new(), Some(first.to_owned()));
    while let Some(at) = path {
        let page = server.get(&at).await;
        path = next(&page);
        pages.push(page);
        assert!(pages.len() < 20, "{first} has no end");
    }
    pages
}

#[tokio::test]
async fn after_an_id_come_the_next_products() {
    let (_database, server) = sample_server(&[]).await;
    let all = expected("products");
    for (query, range) in [
        ("after=0&count=3", 0..3),
        ("count=3&after=3", 3..6),
        ("after=9&count=5", 9..11),
        ("after=10&count=1", 10..11),
        ("after=4", 4..9),
        ("after=0004", 4..9),
        ("after=11", 0..0),
        ("after=9223372036854775807", 0..0),
        ("after=0&count=1000000000", 0..11),
    ] {
        for path in [format!("/products?{query}"), format!("/products/?{query}")] {
            let answer = server.get(&path).await;
            assert_eq!(answer.status, 200, "{path}");
            let expected = json!(all.as_array().unwrap()[range.clone()]);
            assert_eq!(answer.json(), expected, "{path}");
            assert_eq!(answer.header("x-total-count"), "11", "{path}");
        }
    }
}

#[tokio::test]
async fn the_next_links_lead_through_all_products_once() {
    let (_database, server) = sample_server(&[]).await;
    for (first, lengths) in [
        ("/products?count=4", &[4, 4, 3][..]),
        ("/products", &[5, 5, 1]),
        ("/products?after=0&count=4", &[4, 4, 3]),
        ("/products?after=5&count=6", &[6]),
        ("/products?count=4&view=cards", &[4, 4, 3]),
        ("/products?count=11", &[11]),
        ("/products?page=4", &[0]),
        ("/products?page=9223372036854775807", &[0]),
        ("/products?ids=1,2,3", &[3]),
    ] {
        let pages = walk(&server, first).await;
        let pages: Vec<_> = pages.iter().map(ids_of).collect();
        let found: Vec<_> = pages.iter().map(Vec::len).collect();
        assert_eq!(found, lengths, "{first}");
        let ids = pages.concat();
        assert!(ids.is_sorted_by(|one, next| one < next), "{first}: {ids:?}");
    }
}

#[tokio::test]
async fn a_link_repeats_the_parsed_parameters() {
    let (_database, server) = sample_server(&["--max-page-count", "4"]).await;
    for (path, link) in [
        (
            "/products?utm=x&count=1000000000",
            Some("/products?page=2&count=4"),
        ),
        (
            "/products/?count=3&page=02",
            Some("/products?page=3&count=3"),
        ),
        (
            "/products?count=2&after=7",
            Some("/products?after=9&count=2"),
        ),
        ("/products?after=%36", Some("/products?after=10&count=4")),
        ("/products?after=%37", None),
    ] {
        let expected = link.map(str::to_owned);
        assert_eq!(next(&server.get(path).await), expected, "{path}");
    }
}

#[tokio::test]
async fn ids_are_returned_in_the_requested_order_without_missing_ones() {
    let (_database, server) = sample_server(&[]).await;
    let all = expected("products");
    for (query, found) in [
        ("3,1,2", &[3, 1, 2][..]),
        ("3%2C1%2C2", &[3, 1, 2]),
        ("11,99,5", &[11, 5]),
        ("5,5,2,5", &[5, 5, 2, 5]),
        ("0,99,9223372036854775807", &[]),
        ("4", &[4]),
        ("", &[]),
    ] {
        // The second response comes from memory.
        for _ in 0..2 {
            let answer = server.get(&format!("/products?ids={query}")).await;
            assert_eq!(answer.status, 200, "{query}");
            let listing = |id: &i64| all[usize::try_from(id - 1).unwrap()].clone();
            let expected: Value = found.iter().map(listing).collect();
            assert_eq!(answer.json(), expected, "{query}");
            assert_eq!(answer.header("x-total-count"), found.len().to_string());
            assert_eq!(next(&answer), None, "{query}");
        }
    }
    let hundred = vec!["7"; 100].join(",");
    let found = ids(&server, &format!("/products?ids={hundred}")).await;
    assert_eq!(found, [7; 100]);
}

#[tokio::test]
async fn every_list_can_return_cards() {
    let (_database, server) = sample_server(&[]).await;
    let cards = expected("cards");
    for query in [
        "count=4&page=2",
        "after=3&count=4",
        "ids=3,99,1,3",
        "category=Kicks&count=2",
        "category=Kicks&after=0",
        "category=Umbrellas",
        "page=1000",
    ] {
        let path = format!("/products?{query}");
        let listings = server.get(&path).await;
        let answer = server.get(&format!("{path}&view=cards")).await;
        let card = |id: &i64| cards[usize::try_from(id - 1).unwrap()].clone();
        let expected: Value = ids_of(&listings).iter().map(card).collect();
        assert_eq!(answer.json(), expected, "{path}");
        let total = |answer: &Answer| answer.header("x-total-count").to_owned();
        assert_eq!(total(&answer), total(&listings), "{path}");
        let next_of_cards = next(&listings).map(|next| format!("{next}&view=cards"));
        assert_eq!(next(&answer), next_of_cards, "{path}");
        let known = [("if-none-match", answer.header("etag"))];
        let again = server.get_with(&format!("{path}&view=cards"), &known).await;
        assert_eq!(again.status, 304, "{path}");
        let is_empty = expected == json!([]);
        let is_same = answer.header("etag") == listings.header("etag");
        assert_eq!(is_same, is_empty, "{path}");
    }
}

#[tokio::test]
async fn invalid_parameters_are_400_with_the_reason() {
    let (_database, server) = sample_server(&[]).await;
    let too_many = format!("ids={}", vec!["7"; 101].join(","));
    for (query, says) in [
        (too_many.as_str(), &["ids", "100"][..]),
        ("ids=1,x", &["ids"]),
        ("ids=1.5", &["ids"]),
        ("ids=1,,2", &["ids"]),
        ("ids=-1", &["ids"]),
        ("ids=9223372036854775808", &["ids"]),
        ("ids=1&ids=2", &["ids", "once"]),
        ("ids=1&page=1", &["ids", "page"]),
        ("count=1&ids=1", &["ids", "count"]),
        ("after=x", &["after"]),
        ("after=", &["after"]),
        ("after=-1", &["after"]),
        ("after=1&after=2", &["after", "once"]),
        ("after=1&page=2", &["after", "page"]),
        ("after=1&count=0", &["count"]),
        ("view=table", &["view", "cards"]),
        ("view=", &["view", "cards"]),
        ("view=cards&view=cards", &["view", "once"]),
    ] {
        let answer = server.get(&format!("/products?{query}")).await;
        assert_problem(&answer, 400, query);
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        for word in says {
            assert!(detail.contains(word), "{query}: {detail}");
        }
        for header in ["x-total-count", "link"] {
            assert!(!answer.headers.contains_key(header), "{header} of {query}");
        }
    }
}

#[tokio::test]
async fn only_lists_have_a_total_and_scripts_may_read_it() {
    let (_database, server) = sample_server(&[]).await;
    for (path, is_list) in [
        ("/products", true),
        ("/products?after=3", true),
        ("/products?ids=3", true),
        ("/products/3", false),
        ("/products/3/styles", false),
        ("/products/3/related", false),
        ("/products/12", false),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let origin = [("origin", "https://shop.example")];
            let answer = server.send(method, path, &origin).await;
            assert_eq!(
                answer.headers.contains_key("x-total-count"),
                is_list,
                "{path}"
            );
            for header in ["X-Total-Count", "Link"] {
                let exposed = answer.lists("access-control-expose-headers", header);
                assert!(exposed, "{header} of {path}");
            }
        }
    }
}

#[tokio::test]
async fn a_304_repeats_the_total_and_the_link() {
    let (_database, server) = sample_server(&[]).await;
    let first = server.get("/products?after=3").await;
    let known = [("if-none-match", first.header("etag"))];
    let again = server.get_with("/products?after=3", &known).await;
    assert_eq!(again.status, 304);
    for header in ["x-total-count", "link"] {
        assert_eq!(again.header(header), first.header(header));
    }
}

#[tokio::test]
async fn totals_and_pages_follow_inserts_and_deletes() {
    let database = five_products().await;
    let server = Server::start(database.url(), &[]).await;
    let first = server.get("/products?after=0&count=2").await;
    assert_eq!(
        (ids_of(&first), first.header("x-total-count")),
        (vec![1, 2], "5")
    );
    database
        .execute("DELETE FROM catalog.product WHERE id IN (3, 5)")
        .await;
    database
        .execute("INSERT INTO catalog.product SELECT 70, name, slogan, description, category, default_price FROM catalog.product WHERE id = 1")
        .await;
    // `no-cache`, so that the response has everything committed before.
    let fresh = [("cache-control", "no-cache")];
    for (path, found, total) in [
        ("/products?after=2", &[4, 70][..], "4"),
        ("/products?after=3&count=1", &[4], "4"),
        ("/products?ids=3,70,5,1", &[70, 1], "2"),
    ] {
        let answer = server.get_with(path, &fresh).await;
        assert_eq!(ids_of(&answer), found, "{path}");
        assert_eq!(answer.header("x-total-count"), total, "{path}");
    }
    // The same products as before, but another list: its total differs.
    let again = server.get("/products?after=0&count=2").await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    assert_eq!(again.header("x-total-count"), "4");
    assert_ne!(again.header("etag"), first.header("etag"));
}

#[tokio::test]
async fn a_list_of_ids_fetches_missing_products_in_one_batch() {
    let (_database, server) = sample_server(&[]).await;
    let batches = "atelierex_fetch_batch_products_count";
    let before = server.count(batches).await;
    ids(&server, "/products?ids=9,4,2,11,7").await;
    assert_eq!(server.count(batches).await, before + 1);
    ids(&server, "/products?ids=9,4,2,11,7").await;
    assert_eq!(server.count(batches).await, before + 1);
}
