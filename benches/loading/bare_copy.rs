//! `psql \copy` of the six files into bare tables: what loads are compared with.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use super::support::scratch::{Scratch, connect};

/// Tables without keys or indexes, in the order of the files' columns.
const BARE_TABLES: &str = "
CREATE TABLE product (id bigint, name text, slogan text, description text, category text, default_price numeric);
CREATE TABLE features (id bigint, product_id bigint, feature text, value text);
CREATE TABLE styles (id bigint, product_id bigint, name text, sale_price numeric, original_price numeric, default_style int);
CREATE TABLE photos (id bigint, style_id bigint, url text, thumbnail_url text);
CREATE TABLE skus (id bigint, style_id bigint, size text, quantity bigint);
CREATE TABLE related (id bigint, product_id bigint, related_product_id bigint);";

/// Database of the bare tables.
const DATABASE: &str = "bare";

/// Copies the six files one after another into new tables, which are dropped again.
pub async fn copy(scratch: &Scratch, export: &Path) -> Duration {
    let url = scratch.fresh_database(DATABASE).await;
    let client = connect(&url).await;
    let created = client.batch_execute(BARE_TABLES).await;
    created.expect("bare tables can be created");
    let began = Instant::now();
    for name in ["product", "features", "styles", "photos", "skus", "related"] {
        copy_file(&url, export, name);
    }
    let duration = began.elapsed();
    drop(client);
    scratch.fresh_database(DATABASE).await;
    duration
}

fn copy_file(url: &str, export: &Path, name: &str) {
    let file = export.join(format!("{name}.csv"));
    // Photos lack closing quotes; read with quotes, psql would swallow rows, so it reads without.
    let quote = if name == "photos" {
        ", QUOTE E'\\b'"
    } else {
        ""
    };
    let copy = format!(
        "\\copy {name} FROM '{}' (FORMAT csv, HEADER, NULL 'null'{quote})",
        file.display()
    );
    let status = Command::new("psql")
        .args([url, "-q", "-v", "ON_ERROR_STOP=1", "-c", &copy])
        .status();
    let status = status.expect("psql is installed");
    assert!(status.success(), "psql copies {name}");
}
