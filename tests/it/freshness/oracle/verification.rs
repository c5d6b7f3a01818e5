//! Verification: every document equals its recomputation, and every server serves exactly the documents.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use atelierex::{
    db::session,
    document::{audit::audit, id_range::cover_all},
};
use serde_json::{Value, json};

use super::{IDS, Servers};
use crate::support::server::Server;

/// Waits until the queues are empty, and asserts that all documents are correct and that all servers serve them.
pub async fn expect_correct(url: &str, servers: &Servers) {
    let client = session::connect(url, "oracle", &[]).await.unwrap();
    let left = "SELECT (SELECT count(*) FROM serving.change_queue) + (SELECT count(*) FROM serving.bulk_change)
        + (SELECT count(*) FROM serving.refresh_failure)";
    servers[0]
        .read()
        .await
        .until("the queue is empty", async |_| {
            client.query_one(left, &[]).await.unwrap().get::<_, i64>(0) == 0
        })
        .await;
    for range in cover_all(Vec::new()) {
        assert_eq!(audit(&client, range).await.unwrap(), []);
    }
    let rows = "SELECT product_id, detail::text, styles::text, related::text FROM serving.composed_document";
    let mut truth: HashMap<i64, [Value; 3]> = HashMap::new();
    for row in client.query(rows, &[]).await.unwrap() {
        let document = |column: usize| serde_json::from_str(row.get(column)).unwrap();
        truth.insert(row.get(0), [document(1), document(2), document(3)]);
    }
    for server in servers.iter() {
        let server = server.read().await;
        server
            .until("it serves all documents", async |server| {
                for id in 0..=(2 * IDS).cast_signed() {
                    if !serves(server, id, truth.get(&id)).await {
                        return false;
                    }
                }
                let page = server.get("/products?count=1000").await.json();
                page.as_array().map(Vec::len) == Some(truth.len())
                    && serves_categories(server, &truth).await
            })
            .await;
        assert_eq!(server.count("atelierex_audit_mismatches_total").await, 0);
    }
}

/// Returns whether a server has the expected documents of a product.
async fn serves(server: &Server, id: i64, expected: Option<&[Value; 3]>) -> bool {
    for (n, route) in ["", "/styles", "/related"].iter().enumerate() {
        let answer = server.get(&format!("/products/{id}{route}")).await;
        let is_so = match expected {
            Some(documents) => answer.status == 200 && answer.json() == documents[n],
            None => answer.status == 404,
        };
        if !is_so {
            return false;
        }
    }
    let page = server.get(&format!("/products/{id}/page")).await;
    let Some([detail, styles, related]) = expected else {
        return page.status == 404;
    };
    let page = page.json();
    let cards = page["related"].as_array().into_iter().flatten();
    let ids: Value = cards.map(|card| card["id"].clone()).collect();
    page["product"] == *detail && page["styles"] == *styles && ids == *related
}

/// Returns whether a server has the products of each category, and no other categories.
async fn serves_categories(server: &Server, truth: &HashMap<i64, [Value; 3]>) -> bool {
    let mut categories: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    for (id, [detail, ..]) in truth {
        if let Some(category) = detail["category"].as_str() {
            categories.entry(category).or_default().insert(*id);
        }
    }
    for (category, ids) in &categories {
        let path = format!("/products?count=1000&category={category}");
        let page = server.get(&path).await.json();
        let products = page.as_array().into_iter().flatten();
        if !products
            .map(|product| product["id"].as_i64())
            .eq(ids.iter().copied().map(Some))
        {
            return false;
        }
    }
    let list = categories
        .iter()
        .map(|(category, ids)| json!({"category": category, "products": ids.len()}));
    server.get("/categories").await.json() == list.collect::<Value>()
}
