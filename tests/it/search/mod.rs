//! Search: `GET /products?q=`.

mod freshness;
mod input;
mod limits;
mod lists;
mod matching;
mod storage;

use crate::{
    contract::lists::ids_of,
    support::{server::Server, test_database::TestDatabase},
};

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
