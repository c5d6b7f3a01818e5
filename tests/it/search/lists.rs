//! Search results as lists: categories, pages, totals, limits.

use serde_json::json;

use super::{add, empty_server, path, search, search_fresh};
use crate::{
    contract::lists::{ids_of, next},
    support::{problem::assert_problem, sample::sample_server},
};

#[tokio::test]
async fn a_category_narrows_what_is_found() {
    let (database, server) = empty_server(&[]).await;
    let odd = "Mützen & 'Schals' @= \\ <%>";
    add(&database, 1, "Red Thing", odd, "", "").await;
    add(&database, 2, "Red Thing", "Mützen", "", "").await;
    assert_eq!(search_fresh(&server, "red").await, [1, 2]);
    for (category, found) in [
        (odd, &[1][..]),
        ("Mützen", &[2]),
        ("mützen", &[]),
        ("", &[]),
    ] {
        let mut query = form_urlencoded::Serializer::new(path("red"));
        query.append_pair("category", category);
        let answer = server.get(&query.finish()).await;
        assert_eq!(ids_of(&answer), found, "{category}");
        assert_eq!(answer.header("x-total-count"), found.len().to_string());
    }
}

#[tokio::test]
async fn search_results_have_pages_a_total_and_an_etag() {
    let (_database, server) = sample_server(&[]).await;
    let all = search(&server, "shoes").await;
    assert!(all.len() > 3, "{all:?}");
    let (mut found, mut at) = (Vec::new(), Some("/products?q=shoes&count=2".to_owned()));
    while let Some(path) = at {
        let page = server.get(&path).await;
        assert_eq!(page.header("x-total-count"), all.len().to_string());
        let tag = page.header("etag").to_owned();
        let again = server.get_with(&path, &[("if-none-match", &tag)]).await;
        assert_eq!(again.status, 304);
        found.extend(ids_of(&page));
        at = next(&page);
    }
    assert_eq!(found, all);
    let first = server.get("/products?count=2&q=%20shoes%20&page=1").await;
    assert_eq!(next(&first).unwrap(), "/products?q=shoes&page=2&count=2");
    let beyond = server
        .get("/products?q=shoes&page=9223372036854775807")
        .await;
    assert_eq!(beyond.json(), json!([]));
}

#[tokio::test]
async fn at_most_a_thousand_products_are_found_matches_in_names_first() {
    let (database, server) = empty_server(&["--max-page-count", "2000"]).await;
    database
        .execute(
            "INSERT INTO catalog.product (id, name, category, description, default_price)
             SELECT n, CASE WHEN n > 1100 THEN 'Rain Coat' ELSE 'Coat' END, 'Coats', 'Against rain.', 9 FROM generate_series(1, 1200) AS n",
        )
        .await;
    let fresh = [("cache-control", "no-cache")];
    let answer = server.get_with("/products?q=rain&count=2000", &fresh).await;
    let ids = ids_of(&answer);
    assert_eq!(answer.header("x-total-count"), "1000");
    assert_eq!(ids.len(), 1_000);
    assert_eq!(ids[..100], (1101..=1200).collect::<Vec<i64>>());
    assert!(ids[100..].iter().all(|id| *id <= 1100));
    assert!(next(&answer).is_none());
}

#[tokio::test]
async fn invalid_searches_are_400_with_the_limit() {
    let (_database, server) = sample_server(&[]).await;
    let longest = "é".repeat(200);
    for (query, says) in [
        ("q=".to_owned(), "q must be words"),
        ("q=%20!?%09-".to_owned(), "q must be words"),
        (format!("q={longest}e"), "q may have at most 200 characters"),
        ("q=a&q=b".to_owned(), "q may be given only once"),
        ("q=a&after=3".to_owned(), "q and after cannot be combined"),
        ("ids=1&q=a".to_owned(), "ids and q cannot be combined"),
    ] {
        let answer = server.get(&format!("/products?{query}")).await;
        assert_problem(&answer, 400, &query);
        let detail = answer.json()["detail"].to_string();
        assert!(detail.contains(says), "{query}: {detail}");
    }
    assert_eq!(search(&server, &longest).await, [0; 0]);
}
