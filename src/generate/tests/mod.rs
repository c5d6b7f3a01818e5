//! Tests of whole generated exports, read back by a reader that shares no code with the writer.

mod content;
mod disk;
mod shop;

use std::fs;

use tempfile::TempDir;

use super::{GenerateOptions, Summary, generate};

const HEADERS: [(&str, &str); 6] = [
    (
        "product.csv",
        "id,name,slogan,description,category,default_price",
    ),
    ("features.csv", "id,product_id,feature,value"),
    (
        "styles.csv",
        "id,productId,name,sale_price,original_price,default_style",
    ),
    ("photos.csv", "id,styleId,url,thumbnail_url"),
    ("skus.csv", "id,styleId,size,quantity"),
    ("related.csv", "id,current_product_id,related_product_id"),
];

struct Export {
    folder: TempDir,
    summary: Summary,
}

impl Export {
    fn new(products: u64, seed: u64) -> Self {
        let folder = TempDir::new().unwrap();
        let options = GenerateOptions {
            products,
            seed,
            overwrite: false,
        };
        let summary = generate(&options, folder.path(), &|_, _| {}).unwrap();
        Self { folder, summary }
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// The rows of a file, each as its fields. Quotes are checked and kept.
    fn rows(&self, name: &str) -> Vec<Vec<String>> {
        self.text(name).lines().skip(1).map(fields).collect()
    }

    fn bytes(&self) -> Vec<Vec<u8>> {
        let read = |(name, _)| fs::read(self.folder.path().join(name)).unwrap();
        HEADERS.into_iter().map(read).collect()
    }
}

/// The fields of one line, with their quotes. Only the last may lack its closing quote.
fn fields(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let end = match rest.strip_prefix('"') {
            Some(quoted) => quoted.find('"').map_or(rest.len(), |end| end + 2),
            None => rest.find(',').unwrap_or(rest.len()),
        };
        fields.push(rest[..end].to_owned());
        match rest[end..].strip_prefix(',') {
            Some(next) => rest = next,
            None if end == rest.len() => return fields,
            None => panic!("something follows a closing quote: {line}"),
        }
    }
}

fn number(field: &str) -> usize {
    field
        .parse()
        .unwrap_or_else(|_| panic!("no number: {field}"))
}

/// Numbers of rows for each of `parents` ids in the second field.
fn counts(rows: &[Vec<String>], parents: usize) -> Vec<usize> {
    let mut counts = vec![0; parents];
    for row in rows {
        counts[number(&row[1]) - 1] += 1;
    }
    counts
}
