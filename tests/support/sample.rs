//! The sample export, with expected responses that were composed by hand from the contract.
//!
//! This reader exists to check the model against those responses. It repairs the sample's three faults by name and
//! shares no code with the program's reader.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{
    export::start_load,
    model::{Catalog, Feature, Photo, Product, Related, Sku, Style},
    server::Server,
    test_database::{Template, TestDatabase, temporary_folder},
};

/// Numbers of the sample's served rows: all except the related row with id 0.
pub const SAMPLE_PRODUCTS: usize = 11;
pub const SAMPLE_STYLES: usize = 52;
pub const SAMPLE_PHOTOS: usize = 277;
pub const SAMPLE_SKUS: usize = 357;

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Returns the folder with the six files of the sample.
pub fn sample_catalog() -> PathBuf {
    fixtures().join("sample-catalog")
}

/// A database with the sample.
static LOADED: Template = Template::new("sample");

/// Starts a server of the sample. Dropping the database removes it.
pub async fn sample_server(flags: &[&str]) -> (TestDatabase, Server) {
    let load = async |template: &TestDatabase| {
        let report = temporary_folder();
        let report = report.path().join("report.csv");
        let load = start_load(template.url(), &sample_catalog(), &report, &[]);
        load.finish().await.expect_code(0);
    };
    let database = LOADED.copy(load).await;
    let server = Server::start(database.url(), flags).await;
    (database, server)
}

/// Returns an expected response by the name of its file, for example `styles/1`.
pub fn expected(name: &str) -> Value {
    let path = fixtures().join("expected").join(format!("{name}.json"));
    let text = fs::read_to_string(&path).expect("every expected answer has a file");
    serde_json::from_str(&text).expect("expected answers are JSON")
}

/// Reads a sample file, repairs it and splits it into fields. `None` is an unquoted `null`.
fn rows(file: &str, width: usize) -> Vec<Vec<Option<String>>> {
    let text = fs::read_to_string(sample_catalog().join(file)).expect("the sample is complete");
    let text = text.replace("\"uhttps://", "\"https://");
    text.lines()
        .skip(1)
        .map(|line| {
            let mut line = line.to_owned();
            if file == "photos.csv" && (line.starts_with("48,") || line.starts_with("265,")) {
                line.push('"');
            }
            // No value of the sample contains `"` or begins with a comma, so that `"` always opens or closes.
            let fields: Vec<Option<String>> = split(&line);
            assert_eq!(fields.len(), width, "{file}: {line}");
            fields
        })
        .collect()
}

fn split(line: &str) -> Vec<Option<String>> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().unwrap().push(letter),
        }
    }
    assert!(!quoted, "a quote is open: {line}");
    fields
        .into_iter()
        .map(|field| (field != "null").then_some(field))
        .collect()
}

fn number(field: Option<&String>) -> i64 {
    // Some quantities have a leading space.
    field.unwrap().trim().parse().unwrap()
}

fn text(field: Option<&String>) -> String {
    field.unwrap().clone()
}

/// Returns the rows of the sample, repaired.
pub fn sample() -> Catalog {
    Catalog {
        products: rows("product.csv", 6)
            .iter()
            .map(|row| product(row))
            .collect(),
        features: rows("features.csv", 4)
            .iter()
            .map(|row| feature(row))
            .collect(),
        styles: rows("styles.csv", 6).iter().map(|row| style(row)).collect(),
        photos: rows("photos.csv", 4).iter().map(|row| photo(row)).collect(),
        skus: rows("skus.csv", 4).iter().map(|row| sku(row)).collect(),
        related: rows("related.csv", 3)
            .iter()
            .map(|row| related(row))
            .collect(),
    }
}

fn product(row: &[Option<String>]) -> Product {
    Product {
        id: number(row[0].as_ref()),
        name: text(row[1].as_ref()),
        slogan: row[2].clone(),
        description: row[3].clone(),
        category: row[4].clone(),
        default_price: text(row[5].as_ref()),
    }
}

fn feature(row: &[Option<String>]) -> Feature {
    Feature {
        id: number(row[0].as_ref()),
        product_id: number(row[1].as_ref()),
        feature: text(row[2].as_ref()),
        value: row[3].clone(),
    }
}

fn style(row: &[Option<String>]) -> Style {
    Style {
        id: number(row[0].as_ref()),
        product_id: number(row[1].as_ref()),
        name: text(row[2].as_ref()),
        sale_price: row[3].clone(),
        original_price: text(row[4].as_ref()),
        default_style: text(row[5].as_ref()) == "1",
    }
}

fn photo(row: &[Option<String>]) -> Photo {
    Photo {
        id: number(row[0].as_ref()),
        style_id: number(row[1].as_ref()),
        url: row[2].clone(),
        thumbnail_url: row[3].clone(),
    }
}

fn sku(row: &[Option<String>]) -> Sku {
    Sku {
        id: number(row[0].as_ref()),
        style_id: number(row[1].as_ref()),
        size: text(row[2].as_ref()),
        quantity: number(row[3].as_ref()),
    }
}

fn related(row: &[Option<String>]) -> Related {
    Related {
        id: number(row[0].as_ref()),
        product_id: number(row[1].as_ref()),
        related_product_id: number(row[2].as_ref()),
    }
}

mod tests {
    use serde_json::json;

    use super::*;
    use crate::support::model::two_decimals;

    #[test]
    fn the_model_composes_the_expected_responses_of_the_sample() {
        let sample = sample();
        assert_eq!(sample.listings(), expected("products"));
        assert_eq!(sample.cards(), expected("cards"));
        for product in &sample.products {
            let id = product.id;
            assert_eq!(sample.detail(product), expected(&format!("product/{id}")));
            assert_eq!(sample.styles(product), expected(&format!("styles/{id}")));
            assert_eq!(sample.related(product), expected(&format!("related/{id}")));
        }
    }

    #[test]
    fn the_expected_responses_contain_every_row_of_the_sample() {
        let mut counts = [0; 3];
        for id in 1..=SAMPLE_PRODUCTS {
            let styles = expected(&format!("styles/{id}"));
            for style in styles["results"].as_array().unwrap() {
                let photos = style["photos"].as_array().unwrap();
                counts[0] += 1;
                counts[1] += photos
                    .iter()
                    .filter(|photo| photo["url"] != json!(null))
                    .count();
                counts[2] += style["skus"]
                    .as_object()
                    .unwrap()
                    .keys()
                    .filter(|key| *key != "null")
                    .count();
            }
        }
        assert_eq!(counts, [SAMPLE_STYLES, SAMPLE_PHOTOS, SAMPLE_SKUS]);
    }

    #[test]
    fn prices_are_rounded_half_away_from_zero_to_two_decimals() {
        for (written, served) in [
            ("140", "140.00"),
            ("0.5", "0.50"),
            ("7.345", "7.35"),
            ("7.3449", "7.34"),
            ("0.995", "1.00"),
            ("500000000", "500000000.00"),
        ] {
            assert_eq!(two_decimals(written), served, "{written}");
        }
    }
}
