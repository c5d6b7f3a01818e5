//! The rows of a catalog as JSON, by the names of the tables' columns.

use serde_json::{Value, json};

use crate::support::model::{Catalog, Feature, Photo, Product, Related, Sku, Style};

impl Catalog {
    /// The rows of the six tables, in the order of the files.
    pub fn rows(&self) -> [Value; 6] {
        [
            self.products.iter().map(product).collect(),
            self.features.iter().map(feature).collect(),
            self.styles.iter().map(style).collect(),
            self.photos.iter().map(photo).collect(),
            self.skus.iter().map(sku).collect(),
            self.related.iter().map(related).collect(),
        ]
    }
}

fn product(row: &Product) -> Value {
    json!({
        "id": row.id, "name": row.name, "slogan": row.slogan, "description": row.description,
        "category": row.category, "default_price": row.default_price,
    })
}

fn feature(row: &Feature) -> Value {
    json!({"id": row.id, "product_id": row.product_id, "feature": row.feature, "value": row.value})
}

fn style(row: &Style) -> Value {
    json!({
        "id": row.id, "product_id": row.product_id, "name": row.name, "sale_price": row.sale_price,
        "original_price": row.original_price, "default_style": row.default_style,
    })
}

fn photo(row: &Photo) -> Value {
    json!({"id": row.id, "style_id": row.style_id, "url": row.url, "thumbnail_url": row.thumbnail_url})
}

fn sku(row: &Sku) -> Value {
    json!({"id": row.id, "style_id": row.style_id, "size": row.size, "quantity": row.quantity})
}

fn related(row: &Related) -> Value {
    json!({"id": row.id, "product_id": row.product_id, "related_product_id": row.related_product_id})
}
