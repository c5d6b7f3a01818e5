//! `GET /products?q=`: results, their order and their freshness.

use atelierex::search::ranking::{FIELDS, PARTITIONS};
use futures_util::future::join_all;
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use serde_json::json;

use crate::{
    contract::lists::{ids_of, next},
    support::{
        export::Export,
        fixtures::named,
        problem::assert_problem,
        sample::sample_server,
        server::{Answer, Server},
        test_database::TestDatabase,
    },
};

#[tokio::test]
async fn fields_weights_and_partitions_are_those_of_the_migration() {
    let database = TestDatabase::new().await;
    for (field, label, _) in FIELDS {
        let sql = format!(
            "SELECT json_agg(DISTINCT weight) FROM unnest(search.words_of('{{\"{field}\": \"Anvil\"}}')), unnest(weights) AS weight"
        );
        // The words of a name are indexed once more, to find them in names only.
        let weights = database.value(&sql).await;
        let weights = weights.as_array().unwrap();
        assert!(
            weights.contains(&json!(label.to_string())),
            "{field}: {weights:?}"
        );
    }
    let sql = "SELECT json_agg(pg_get_expr(indpred, indrelid) ORDER BY indexrelid)
               FROM pg_index WHERE indrelid = 'search.product_words'::regclass AND indpred IS NOT NULL";
    let expected: Vec<String> = (0..PARTITIONS)
        .map(|n| format!("((product_id & ({})::bigint) = {n})", PARTITIONS - 1))
        .collect();
    assert_eq!(database.value(sql).await, json!(expected));
}

/// Blocks all searches as long as the session lives.
const LOCK: &str = "BEGIN; LOCK TABLE search.product_words IN ACCESS EXCLUSIVE MODE";

fn path(words: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::from("/products?"));
    query.append_pair("q", words).append_pair("count", "100");
    query.finish()
}

async fn search(server: &Server, words: &str) -> Vec<i64> {
    ids_of(&server.get(&path(words)).await)
}

/// Returns search results with every change that is committed now.
async fn search_fresh(server: &Server, words: &str) -> Vec<i64> {
    let fresh = [("cache-control", "no-cache")];
    ids_of(&server.get_with(&path(words), &fresh).await)
}

/// Starts a server without products.
async fn empty_server(flags: &[&str]) -> (TestDatabase, Server) {
    let database = TestDatabase::new().await;
    let server = Server::start(database.url(), flags).await;
    (database, server)
}

async fn add(
    database: &TestDatabase,
    id: i64,
    name: &str,
    category: &str,
    slogan: &str,
    text: &str,
) {
    let session = database.session().await;
    let insert = "INSERT INTO catalog.product (id, name, category, slogan, description, default_price) VALUES ($1, $2, $3, $4, $5, 9)";
    let added = session
        .execute(insert, &[&id, &name, &category, &slogan, &text])
        .await;
    added.expect("the product is added");
}

#[tokio::test]
async fn all_words_must_occur_in_name_category_slogan_or_description() {
    let (_database, server) = sample_server(&[]).await;
    for (words, found) in [
        ("onesie", &[1][..]),
        ("dynasty", &[5]),
        ("goggles", &[]),
        ("treaded", &[9]),
        ("basketball", &[11]),
        ("summer risky", &[9]),
        ("summer dynasty", &[]),
        ("morning gym", &[3]),
    ] {
        assert_eq!(search(&server, words).await, found, "{words}");
    }
}

#[tokio::test]
async fn case_accents_and_the_form_of_a_word_make_no_difference() {
    let (database, server) = empty_server(&[]).await;
    add(
        &database,
        1,
        "Café Jackets",
        "Größe",
        "T-Shirt’s best",
        "Über 350v2",
    )
    .await;
    for words in [
        "cafe",
        "CAFÉ",
        "jacket",
        "jackets",
        "grosse",
        "t-shirt",
        "shirts",
        "T SHIRT",
        "uber",
        "350V2",
        "café, jackets!",
    ] {
        assert_eq!(search_fresh(&server, words).await, [1], "{words}");
    }
}

#[tokio::test]
async fn the_last_word_matches_as_a_prefix() {
    let (_database, server) = sample_server(&[]).await;
    for (words, found) in [
        ("ones", &[1, 5][..]),
        ("summer sho", &[9]),
        ("sho summer", &[]),
        ("bright fut", &[2]),
        ("sungl", &[2]),
    ] {
        let mut ids = search(&server, words).await;
        ids.sort_unstable();
        assert_eq!(ids, found, "{words}");
    }
}

#[tokio::test]
async fn a_word_without_matches_is_expanded_by_one_typo() {
    let (_database, server) = sample_server(&[]).await;
    for (words, found) in [
        ("sumer shoes", &[9][..]),
        ("summre shoes", &[9]),
        ("sunglases", &[2]),
        ("sumer", &[9]),
        ("slakcer", &[4]),
        ("onesei", &[1]),
        ("sommar", &[]),
    ] {
        assert_eq!(search(&server, words).await, found, "{words}");
    }
}

#[tokio::test]
async fn names_come_before_categories_slogans_and_descriptions() {
    let (database, server) = empty_server(&[]).await;
    add(
        &database,
        1,
        "Lamp",
        "Lamps",
        "Light",
        "For trail and forest",
    )
    .await;
    add(&database, 2, "Lamp", "Lamps", "Made for the trail", "Light").await;
    add(&database, 3, "Lamp", "Trail", "Light", "Light").await;
    add(&database, 4, "Trail Lamp", "Lamps", "Light", "Light").await;
    assert_eq!(search_fresh(&server, "trail").await, [4, 3, 2, 1]);
}

#[tokio::test]
async fn stop_words_are_ignored() {
    let (_database, server) = sample_server(&[]).await;
    assert_eq!(search(&server, "the summer and the shoes").await, [9]);
    let answer = server.get(&path("and the")).await;
    assert_eq!(answer.json(), json!([]));
    assert_eq!(answer.header("x-total-count"), "0");
}

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

#[tokio::test]
async fn unusual_search_texts_are_answered() {
    let (_database, server) = sample_server(&[]).await;
    for words in [
        "'",
        "a'b",
        "''' or 1=1 --",
        "\\",
        "a\\",
        "a\\'b",
        "shoes:*",
        "!shoes",
        "shoes & | !",
        "(shoes",
        "<->",
        "a:b:c",
        "shoes\u{0}",
        "\u{1F45F} shoes",
        "=shoes",
        "@shoes",
        "%",
        "_ shoes",
        "$1",
        "{}",
        "a.b.c.example",
        "x@y.example",
        "http://shoes.example/a?b=c",
        "1e400",
        "-1",
        "3.5.1",
        "\u{202e}shoes",
        "ß",
        "İstanbul",
        "日本語",
        "ﬁt",
    ] {
        let answer = server.get(&path(words)).await;
        assert!(
            matches!(answer.status, 200 | 400),
            "{words}: {}",
            answer.status
        );
    }
}

#[tokio::test]
async fn random_search_texts_are_answered() {
    let (_database, server) = sample_server(&["--search-timeout", "20s"]).await;
    let texts = "[a-z'\\\\:&|!<>()=@*%_ -]{1,20}|\\PC{1,30}|(shoe|sho|the|jog'|é){1,4}";
    let texts = proptest::string::string_regex(texts).expect("a pattern");
    let mut runner = TestRunner::deterministic();
    for _ in 0..150 {
        let words = texts.new_tree(&mut runner).unwrap().current();
        let answer = server.get(&path(&words)).await;
        let is_answered =
            answer.status == 200 || answer.status == 400 && !words.contains(char::is_alphanumeric);
        assert!(is_answered, "{words:?}: {}", answer.status);
    }
    assert_eq!(server.count("atelierex_search_failures_total").await, 0);
}

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

#[tokio::test]
async fn searches_are_limited_in_number_and_time_and_delay_no_other_request() {
    let flags = [
        "--search-connections",
        "1",
        "--search-queue",
        "1",
        "--search-timeout",
        "300ms",
    ];
    let (database, server) = sample_server(&flags).await;
    search(&server, "shoes").await;
    let holder = database.session().await;
    holder.batch_execute(LOCK).await.unwrap();
    let searches = ["sandals", "slacks", "summer"].map(|words| {
        let path = path(words);
        let server = &server;
        async move { server.get(&path).await }
    });
    let answers: Vec<Answer> = join_all(searches).await;
    let details = answers.iter().map(|answer| {
        assert_problem(answer, 503, "a search in vain");
        assert_eq!(answer.header("retry-after"), "1");
        answer.json()["detail"].to_string()
    });
    let details: Vec<String> = details.collect();
    let is_refused = |detail: &&String| detail.contains("Too many requests");
    assert_eq!(details.iter().filter(is_refused).count(), 1, "{details:?}");
    assert_eq!(server.count("atelierex_search_rejected_total").await, 1);
    // Meanwhile, documents that are not in memory can be fetched, and earlier results are cached.
    for id in 1..=11 {
        assert_eq!(server.get(&format!("/products/{id}")).await.status, 200);
    }
    assert!(!search(&server, "shoes").await.is_empty());
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(search(&server, "slacks").await, [4]);
}

#[tokio::test]
async fn every_partition_has_its_index() {
    let database = TestDatabase::new().await;
    for part in 0..16 {
        let plan = format!(
            "SET LOCAL enable_seqscan = off; EXPLAIN SELECT FROM search.product_words
             WHERE (product_id & 15) = {part} AND words @@ 'shoes'"
        );
        let session = database.session().await;
        let rows = session
            .simple_query(&format!("BEGIN; {plan}"))
            .await
            .unwrap();
        let plan = format!("{rows:?}");
        assert!(
            plan.contains(&format!("Bitmap Index Scan on product_words_{part}\""))
                || plan.contains(&format!("product_words_{part} ")),
            "{plan}"
        );
    }
}
