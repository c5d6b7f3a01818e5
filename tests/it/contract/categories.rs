//! Categories: their pages, their list, and products that move between them.

use std::collections::BTreeMap;

use atelierex::db::migrate;
use diesel_async::AsyncMigrationHarness;
use diesel_migrations::MigrationHarness as _;
use form_urlencoded::byte_serialize;
use serde_json::{Value, json};
use tokio::{join, task::spawn_blocking};

use crate::{
    contract::lists::{ids_of, next},
    support::{
        model::Catalog,
        problem::assert_problem,
        sample::sample_server,
        server::{Answer, Server},
        source_rows::five_products,
        test_database::TestDatabase,
    },
};

/// Names with a meaning for some parser.
const UNUSUAL_NAMES: [&str; 13] = [
    "",
    " ",
    "A & B=C;D?E#F",
    "100%",
    "%41",
    "a+b",
    "\"quoted\"",
    "O'Neill\\",
    "<b>",
    "Zoë 日本語 👟",
    "two\nlines",
    "null",
    "Jackets/Coats",
];

/// Returns the path of a category's pages.
fn path(category: &str) -> String {
    let category: String = byte_serialize(category.as_bytes()).collect();
    format!("/products?category={category}")
}

async fn fresh(server: &Server, path: &str) -> Answer {
    let answer = server
        .get_with(path, &[("cache-control", "no-cache")])
        .await;
    assert_eq!(answer.status, 200, "{path}");
    answer
}

/// Asserts that a page has exactly these products, and the total.
#[track_caller]
fn assert_page(answer: &Answer, ids: &[i64], total: usize, what: &str) {
    assert_eq!(ids_of(answer), ids, "{what}");
    assert_eq!(answer.header("x-total-count"), total.to_string(), "{what}");
}

/// Asserts that a server has the categories of a catalog, each with its products.
pub async fn expect_categories(server: &Server, catalog: &Catalog) {
    let mut categories: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for product in &catalog.products {
        if let Some(category) = &product.category {
            categories.entry(category).or_default().push(product.id);
        }
    }
    let row = |(name, ids): (&&str, &Vec<i64>)| json!({"category": name, "products": ids.len()});
    let list: Value = categories.iter().map(row).collect();
    assert_eq!(server.get("/categories").await.json(), list);
    for (category, mut ids) in categories {
        ids.sort_unstable();
        let answer = server.get(&format!("{}&count=100", path(category))).await;
        assert_page(&answer, &ids, ids.len(), category);
    }
}

#[tokio::test]
async fn a_category_has_pages_of_its_own() {
    let (_database, server) = sample_server(&[]).await;
    for (query, found, total, goes_on) in [
        ("category=Kicks", &[5, 6, 8, 9][..], 4, None),
        (
            "category=Kicks&count=3",
            &[5, 6, 8],
            4,
            Some("category=Kicks&page=2&count=3"),
        ),
        ("count=3&page=2&category=Kicks", &[9], 4, None),
        ("category=Kicks&page=3&count=3", &[], 4, None),
        (
            "after=2&category=Kicks&count=2",
            &[5, 6],
            4,
            Some("category=Kicks&after=6&count=2"),
        ),
        ("after=8&category=Kicks", &[9], 4, None),
        ("category=Dress%20Shoes", &[7], 1, None),
        ("category=Basketball+Shoes", &[11], 1, None),
        ("category=kicks", &[], 0, None),
        ("category=Kicks%20", &[], 0, None),
        ("category=Nothing", &[], 0, None),
        ("category=%00", &[], 0, None),
        ("category=%FF", &[], 0, None),
        ("category=", &[], 0, None),
    ] {
        let answer = server.get(&format!("/products?{query}")).await;
        assert_page(&answer, found, total, query);
        let goes_on = goes_on.map(|query| format!("/products?{query}"));
        assert_eq!(next(&answer), goes_on, "{query}");
    }
    let longest = "k".repeat(200);
    let answer = server.get(&path(&longest)).await;
    assert_page(&answer, &[], 0, "the longest name");
    for (query, word) in [
        (format!("category={longest}k"), "200"),
        ("category=Kicks&category=Pants".into(), "once"),
        ("category=Kicks&ids=1".into(), "ids"),
    ] {
        let answer = server.get(&format!("/products?{query}")).await;
        assert_problem(&answer, 400, &query);
        let detail = answer.json()["detail"].to_string();
        assert!(
            detail.contains("category") && detail.contains(word),
            "{detail}"
        );
    }
}

#[tokio::test]
async fn the_categories_are_listed_by_name_with_their_numbers_of_products() {
    let (_database, server) = sample_server(&[]).await;
    let answer = server.get("/categories").await;
    let list = answer.json();
    let list = list.as_array().unwrap();
    assert!(list.is_sorted_by_key(|row| row["category"].as_str().unwrap()));
    assert!(list.contains(&json!({"category": "Kicks", "products": 4})));
    let products = list.iter().map(|row| row["products"].as_u64().unwrap());
    assert_eq!(products.sum::<u64>(), 11);
    assert_eq!(answer.header("cache-status"), "atelierex; hit");
    assert_eq!(server.get("/categories/").await.body, answer.body);
    assert_problem(&server.get("/categories/Kicks").await, 404, "one of them");
}

#[tokio::test]
async fn categories_may_have_any_name() {
    let database = five_products().await;
    let long = "long ".repeat(1_000);
    let quoted: Vec<String> = UNUSUAL_NAMES
        .iter()
        .chain([&long.as_str()])
        .map(|name| format!("'{}'", name.replace('\'', "''")))
        .collect();
    database
        .execute(&format!(
            "INSERT INTO catalog.product (id, name, default_price, category)
             SELECT id + n, 'Odd', 1, name
             FROM unnest(ARRAY[{}]) WITH ORDINALITY AS named (name, n), unnest(ARRAY[100, 200]) AS id;
             INSERT INTO catalog.product (id, name, default_price) VALUES (99, 'Without', 1)",
            quoted.join(", ")
        ))
        .await;
    let server = Server::start(database.url(), &[]).await;
    let list = fresh(&server, "/categories").await.json();
    assert_eq!(
        list.as_array().unwrap().len(),
        UNUSUAL_NAMES.len() + 2,
        "{list}"
    );
    for (id, name) in (101..).zip(UNUSUAL_NAMES) {
        let answer = server.get(&format!("{}&count=1", path(name))).await;
        assert_page(&answer, &[id], 2, name);
        assert_eq!(answer.json()[0]["category"], name);
        // The link contains the name, too.
        let next = next(&answer).expect(name);
        assert_page(&server.get(&next).await, &[100 + id], 2, &next);
    }
    assert_eq!(server.get("/products").await.header("x-total-count"), "34");
}

#[tokio::test]
async fn totals_and_pages_follow_products_that_change_category() {
    let database = five_products().await;
    let server = Server::start(database.url(), &[]).await;
    let before = fresh(&server, "/categories").await;
    assert_eq!(before.json(), json!([{"category": "Pants", "products": 5}]));
    for (change, pants, hats) in [
        (
            "UPDATE catalog.product SET category = 'Hats' WHERE id IN (2, 4)",
            &[1, 3, 5][..],
            &[2, 4][..],
        ),
        (
            "UPDATE catalog.product SET name = 'Other'",
            &[1, 3, 5],
            &[2, 4],
        ),
        (
            "UPDATE catalog.product SET category = NULL WHERE id IN (1, 2)",
            &[3, 5],
            &[4],
        ),
        ("DELETE FROM catalog.product WHERE id IN (3, 4)", &[5], &[]),
        (
            "UPDATE catalog.product SET category = 'Hats' WHERE id = 5",
            &[],
            &[5],
        ),
        (
            "INSERT INTO catalog.product VALUES (3, 'Back', NULL, NULL, 'Pants', 1)",
            &[3],
            &[5],
        ),
    ] {
        database.execute(change).await;
        let (mut list, mut links) = (Vec::new(), 0);
        for (category, ids) in [("Hats", hats), ("Pants", pants)] {
            let page = fresh(&server, &path(category)).await;
            assert_page(&page, ids, ids.len(), change);
            let keyset = format!("{}&after=0&count=1", path(category));
            let first = fresh(&server, &keyset).await;
            assert_page(&first, &ids[..ids.len().min(1)], ids.len(), change);
            links += usize::from(next(&first).is_some());
            if !ids.is_empty() {
                list.push(json!({"category": category, "products": ids.len()}));
            }
        }
        assert_eq!(
            links,
            usize::from(pants.len() > 1) + usize::from(hats.len() > 1)
        );
        let answer = fresh(&server, "/categories").await;
        assert_eq!(answer.json(), json!(list), "{change}");
        assert_eq!(
            server.get("/categories").await.header("etag"),
            answer.header("etag")
        );
        // Another server, which reads the whole catalog at once, gives the same response.
        let other = Server::start(database.url(), &[]).await;
        assert_eq!(other.get("/categories").await.body, answer.body, "{change}");
    }
}

#[tokio::test]
async fn a_page_of_a_category_has_no_product_of_another() {
    let database = five_products().await;
    let flags = ["--cache-capacity-bytes", "0"];
    let (cached, uncached) = join!(
        Server::start(database.url(), &[]),
        Server::start(database.url(), &flags)
    );
    let move_around = async {
        for round in 0..40 {
            let category = ["Hats", "Pants"][round % 2];
            let id = 1 + round % 5;
            database
                .execute(&format!("UPDATE catalog.product SET category = '{category}', name = '{round}' WHERE id = {id}"))
                .await;
        }
    };
    let look = async |server: &Server| {
        for _ in 0..200 {
            for category in ["Hats", "Pants"] {
                let page = server.get(&path(category)).await;
                let total = page.header("x-total-count").to_owned();
                let page = page.json();
                let page = page.as_array().unwrap();
                assert_eq!(page.len().to_string(), total);
                for product in page {
                    assert_eq!(product["category"], category, "{page:?}");
                }
            }
        }
    };
    join!(move_around, look(&cached), look(&uncached));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_tells_servers_the_categories_of_a_catalog_that_is_served() {
    let (database, server) = sample_server(&[]).await;
    database
        .execute("UPDATE catalog.product SET category = 'Hats' WHERE id = 5; DELETE FROM catalog.product WHERE id = 6")
        .await;
    let expected = fresh(&server, "/categories").await;
    drop(server);
    migrate_again(&database).await;
    let server = Server::start(database.url(), &[]).await;
    assert_eq!(server.get("/categories").await.body, expected.body);
    assert_page(&server.get(&path("Kicks")).await, &[8, 9], 2, "Kicks");
    assert_page(
        &server.get("/products?after=4&count=2").await,
        &[5, 7],
        10,
        "all",
    );
}

/// Reverts the last migration and runs it again.
async fn migrate_again(database: &TestDatabase) {
    let mut harness = AsyncMigrationHarness::new(database.connect().await);
    let again = move || {
        harness.revert_last_migration(migrate::MIGRATIONS).unwrap();
        harness.run_pending_migrations(migrate::MIGRATIONS).unwrap();
    };
    spawn_blocking(again).await.unwrap();
}
