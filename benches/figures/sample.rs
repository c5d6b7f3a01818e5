//! Rows of the sample export that are served.

use std::path::Path;

use crate::support::{
    scratch::{self, Scratch},
    server::Server,
    table::Table,
};

/// Loads the sample and counts the rows that are served.
pub async fn measure(scratch: &Scratch, table: &mut Table) {
    let url = scratch.fresh_database("sample").await;
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sample-catalog");
    scratch::migrate(&url);
    let loaded = scratch::load(&url, &sample).status();
    assert!(loaded.expect("load runs").success(), "the load succeeds");
    let server = Server::start(&url).await;
    let (mut styles, mut photos, mut skus) = (0, 0, 0);
    for product in 1..=11 {
        let answer = reqwest::get(server.url(&format!("/products/{product}/styles")))
            .await
            .expect("the server answers");
        let body: serde_json::Value =
            serde_json::from_slice(&answer.bytes().await.expect("the answer has a body"))
                .expect("it is JSON");
        for style in body["results"].as_array().expect("results are an array") {
            styles += 1;
            let album = style["photos"].as_array().expect("photos are an array");
            photos += album.iter().filter(|photo| !photo["url"].is_null()).count();
            let stock = style["skus"].as_object().expect("skus are an object");
            skus += stock.keys().filter(|key| *key != "null").count();
        }
    }
    let measured = format!("{photos} of 277 photos, {skus} of 357 skus, {styles} of 52 styles");
    table.row(
        "rows of the sample that are served",
        "277 photos, 357 skus, 52 styles",
        measured,
    );
}
