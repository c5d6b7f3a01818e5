//! Independent model of the contract: computes documents from source rows in a few plain lines.
//!
//! Tests compare the program with this model. It must use neither the program's code nor SQL, and stays too simple to
//! be wrong.

use serde_json::{Map, Value, json};

/// Row of `product.csv`. Prices are kept as written.
#[derive(Clone, Debug, Default)]
pub struct Product {
    pub id: i64,
    pub name: String,
    pub slogan: Option<String>,
    pub description: Option<String>,
    pub category: Option<String>,
    pub default_price: String,
}

/// Row of `features.csv`.
#[derive(Clone, Debug, Default)]
pub struct Feature {
    pub id: i64,
    pub product_id: i64,
    pub feature: String,
    pub value: Option<String>,
}

/// Row of `styles.csv`.
#[derive(Clone, Debug, Default)]
pub struct Style {
    pub id: i64,
    pub product_id: i64,
    pub name: String,
    pub sale_price: Option<String>,
    pub original_price: String,
    pub default_style: bool,
}

/// Row of `photos.csv`.
#[derive(Clone, Debug, Default)]
pub struct Photo {
    pub id: i64,
    pub style_id: i64,
    pub url: Option<String>,
    pub thumbnail_url: Option<String>,
}

/// Row of `skus.csv`.
#[derive(Clone, Debug, Default)]
pub struct Sku {
    pub id: i64,
    pub style_id: i64,
    pub size: String,
    pub quantity: i64,
}

/// Row of `related.csv`.
#[derive(Clone, Debug, Default)]
pub struct Related {
    pub id: i64,
    pub product_id: i64,
    pub related_product_id: i64,
}

/// Rows of an export, in the order of the files.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub products: Vec<Product>,
    pub features: Vec<Feature>,
    pub styles: Vec<Style>,
    pub photos: Vec<Photo>,
    pub skus: Vec<Sku>,
    pub related: Vec<Related>,
}

/// Rounds a price to two decimals, half away from zero.
pub fn two_decimals(price: &str) -> String {
    if let Some(price) = price.strip_prefix('-') {
        let price = two_decimals(price);
        return if price == "0.00" {
            price
        } else {
            format!("-{price}")
        };
    }
    let (whole, fraction) = price.split_once('.').unwrap_or((price, ""));
    let thousandths: i128 = format!("{whole}{fraction:0<3.3}").parse().unwrap();
    let cents = (thousandths + 5) / 10;
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Returns the sale price. A sale price of zero is no sale.
fn sale_price(style: &Style) -> Option<String> {
    let price = style.sale_price.as_deref().map(two_decimals)?;
    (price != "0.00").then_some(price)
}

fn sorted<T>(rows: &[T], id: impl Fn(&T) -> i64, belongs: impl Fn(&T) -> bool) -> Vec<&T> {
    let mut rows: Vec<&T> = rows.iter().filter(|row| belongs(row)).collect();
    rows.sort_by_key(|row| id(row));
    rows
}

impl Catalog {
    /// Returns a product, if it exists.
    pub fn product(&self, id: i64) -> Option<&Product> {
        self.products.iter().find(|product| product.id == id)
    }

    /// Returns `GET /products`, with everything on one page.
    pub fn listings(&self) -> Value {
        let products = sorted(&self.products, |row| row.id, |_| true);
        products.into_iter().map(listing).collect()
    }

    /// Returns `GET /products/{product_id}`.
    pub fn detail(&self, product: &Product) -> Value {
        let features = sorted(
            &self.features,
            |row| row.id,
            |row| row.product_id == product.id,
        );
        let mut detail = listing(product);
        detail["features"] = features
            .into_iter()
            .map(|row| json!({"feature": row.feature, "value": row.value}))
            .collect();
        detail
    }

    /// Returns `GET /products/{product_id}/styles`.
    pub fn styles(&self, product: &Product) -> Value {
        let styles = self.styles_of(product);
        let results: Value = styles.into_iter().map(|row| self.style(row)).collect();
        json!({"product_id": product.id.to_string(), "results": results})
    }

    fn styles_of(&self, product: &Product) -> Vec<&Style> {
        sorted(
            &self.styles,
            |row| row.id,
            |row| row.product_id == product.id,
        )
    }

    fn photos_of(&self, style: &Style) -> Vec<&Photo> {
        sorted(&self.photos, |row| row.id, |row| row.style_id == style.id)
    }

    fn style(&self, style: &Style) -> Value {
        let mut photos: Vec<Value> = self
            .photos_of(style)
            .into_iter()
            .map(|row| json!({"thumbnail_url": row.thumbnail_url, "url": row.url}))
            .collect();
        if photos.is_empty() {
            photos.push(json!({"thumbnail_url": null, "url": null}));
        }
        let mut skus = Map::new();
        for row in self.skus.iter().filter(|row| row.style_id == style.id) {
            skus.insert(
                row.id.to_string(),
                json!({"quantity": row.quantity, "size": row.size}),
            );
        }
        if skus.is_empty() {
            skus.insert("null".into(), json!({"quantity": null, "size": null}));
        }
        json!({
            "style_id": style.id,
            "name": style.name,
            "original_price": two_decimals(&style.original_price),
            "sale_price": sale_price(style),
            "default?": style.default_style,
            "photos": photos,
            "skus": skus,
        })
    }

    /// Returns `GET /products/{product_id}/related`.
    pub fn related(&self, product: &Product) -> Value {
        let mut ids = Vec::new();
        for row in sorted(
            &self.related,
            |row| row.id,
            |row| row.product_id == product.id,
        ) {
            let id = row.related_product_id;
            if id != product.id && self.product(id).is_some() && !ids.contains(&id) {
                ids.push(id);
            }
        }
        json!(ids)
    }

    /// Returns the cards of all products, by id.
    pub fn cards(&self) -> Value {
        let products = sorted(&self.products, |row| row.id, |_| true);
        products.into_iter().map(|row| self.card(row)).collect()
    }

    /// Returns the card of a product: prices and picture of the default style, otherwise of the first.
    fn card(&self, product: &Product) -> Value {
        let styles = self.styles_of(product);
        let default = styles.iter().find(|style| style.default_style);
        let shown = default.or(styles.first());
        let photos = shown.map_or(vec![], |style| self.photos_of(style));
        json!({
            "id": product.id,
            "name": product.name,
            "category": product.category,
            "default_price": two_decimals(&product.default_price),
            "sale_price": shown.and_then(|style| sale_price(style)),
            "thumbnail_url": photos.first().map(|photo| &photo.thumbnail_url),
        })
    }
}

/// Returns an element of `GET /products`.
pub fn listing(product: &Product) -> Value {
    json!({
        "id": product.id,
        "name": product.name,
        "slogan": product.slogan,
        "description": product.description,
        "category": product.category,
        "default_price": two_decimals(&product.default_price),
    })
}
