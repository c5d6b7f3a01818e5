//! Changes between two exports of the same shop.

use std::collections::BTreeSet;

use crate::support::model::{Catalog, Feature, Photo, Product, Related, Sku, Style};

/// Removes a product with everything that refers to it.
pub fn remove_product(catalog: &mut Catalog, id: i64) {
    let styles: BTreeSet<i64> = styles_of(catalog, id);
    catalog.products.retain(|row| row.id != id);
    catalog.features.retain(|row| row.product_id != id);
    catalog.styles.retain(|row| row.product_id != id);
    catalog.photos.retain(|row| !styles.contains(&row.style_id));
    catalog.skus.retain(|row| !styles.contains(&row.style_id));
    catalog
        .related
        .retain(|row| row.product_id != id && row.related_product_id != id);
}

fn styles_of(catalog: &Catalog, product: i64) -> BTreeSet<i64> {
    let styles = catalog.styles.iter();
    let own = styles.filter(|row| row.product_id == product);
    own.map(|row| row.id).collect()
}

/// Adds a product with a row in each file, all with the product's id, which no row may have yet.
pub fn add_product(catalog: &mut Catalog, id: i64, name: &str) {
    catalog.products.push(Product {
        id,
        name: name.into(),
        category: Some("Novelties".into()),
        default_price: "12.5".into(),
        ..Product::default()
    });
    catalog.features.push(Feature {
        id,
        product_id: id,
        feature: "Novelty".into(),
        value: None,
    });
    catalog.styles.push(Style {
        id,
        product_id: id,
        name: "New".into(),
        sale_price: None,
        original_price: "12.5".into(),
        default_style: true,
    });
    catalog.photos.push(Photo {
        id,
        style_id: id,
        ..Photo::default()
    });
    catalog.skus.push(Sku {
        id,
        style_id: id,
        size: "M".into(),
        quantity: 3,
    });
    catalog.related.push(Related {
        id,
        product_id: id,
        related_product_id: 1,
    });
}

/// The next export of a shop with the products 1 to 6 and more: a price, a stock, a style that belongs to another product,
/// a sale, a product that is gone and one that is new.
pub fn next_export(catalog: &Catalog) -> Catalog {
    let mut next = catalog.clone();
    next.products[1].default_price = "41.25".into();
    next.skus[2].quantity += 5;
    next.styles[3].product_id = next.products[4].id;
    next.styles[0].sale_price = Some("39".into());
    let gone = next.products.last().expect("there are products").id;
    remove_product(&mut next, gone);
    add_product(&mut next, 5_000, "Sandals");
    next
}

/// The products whose documents differ between two catalogs, those included that only one of them has.
pub fn differing_products(before: &Catalog, after: &Catalog) -> BTreeSet<i64> {
    let all = before.products.iter().chain(&after.products);
    let documents = |catalog: &Catalog, id: i64| {
        let product = catalog.product(id)?;
        let (detail, styles) = (catalog.detail(product), catalog.styles(product));
        Some((detail, styles, catalog.related(product)))
    };
    let differs = |id: &i64| documents(before, *id) != documents(after, *id);
    all.map(|product| product.id).filter(differs).collect()
}
