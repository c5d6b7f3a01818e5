//! The documents that Atelierex serves, as files.

use std::{fs, path::Path};

use tokio_postgres::Client;

/// Number of products per query.
const BATCH: usize = 1_000;

/// Folders of the documents, in the order of the query's columns.
const KINDS: [&str; 3] = ["detail", "styles", "related"];

/// Path templates of the files, with the weights of the product mix.
pub const MIX: [(&str, u32); 3] = [
    ("/detail/{id}", 40),
    ("/styles/{id}", 40),
    ("/related/{id}", 20),
];

/// Number of files per product.
pub const FILES: u64 = KINDS.len() as u64;

/// Writes the three documents of each of the first `products` products below `folder`.
///
/// # Panics
///
/// If a document is missing.
pub async fn write(client: &Client, products: u64, folder: &Path) {
    for kind in KINDS {
        fs::create_dir_all(folder.join(kind)).expect("a folder can be made");
    }
    let sql = "SELECT product_id, detail::text, styles::text, related::text
        FROM serving.product_document WHERE product_id = ANY($1) AND NOT deleted";
    let last = i64::try_from(products).expect("a catalog is smaller");
    let ids: Vec<i64> = (1..=last).collect();
    let mut written = 0;
    for ids in ids.chunks(BATCH) {
        let rows = client.query(sql, &[&ids]).await;
        for row in rows.expect("documents can be read") {
            let id: i64 = row.get(0);
            for (column, kind) in KINDS.iter().enumerate() {
                let file = folder.join(kind).join(id.to_string());
                fs::write(file, row.get::<_, &str>(column + 1)).expect("there is room for it");
            }
            written += 1;
        }
    }
    assert_eq!(written, products, "every product has documents");
}
