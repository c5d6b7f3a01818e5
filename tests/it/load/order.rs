//! Files may have their rows in any order.

use crate::support::{
    export::Export, fixtures::named, program::run, server::Server, test_database::TestDatabase,
};

const FILES: [&str; 6] = [
    "product.csv",
    "features.csv",
    "styles.csv",
    "photos.csv",
    "skus.csv",
    "related.csv",
];

/// The lines of a file after its header, from the last to the first.
fn reversed(bytes: &[u8]) -> Vec<u8> {
    let text = str::from_utf8(bytes).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<_> = rows.lines().rev().collect();
    format!("{header}\n{}\n", rows.join("\n")).into_bytes()
}

#[tokio::test]
async fn rows_in_reverse_order_are_merged_like_rows_in_order() {
    let database = TestDatabase::new().await;
    let catalogs = [named("First", 24), named("Another", 24)];
    let exports = catalogs.each_ref().map(Export::of);
    exports[0].load(database.url(), &[]).await.expect_code(0);
    for file in FILES {
        exports[1].edit(file, |bytes| reversed(&bytes));
    }
    exports[1].load(database.url(), &[]).await.expect_code(0);
    let server = Server::start(database.url(), &[]).await;
    server.expect_catalog(&catalogs[1]).await;
    run(database.url(), &["audit"]).await.expect_code(0);
    exports[1]
        .load(database.url(), &[])
        .await
        .expect_code(0)
        .expect_words(&["no row and no document has changed"]);
}
