//! Small catalogs for tests.

use crate::support::{
    export::Export,
    model::{Catalog, Feature, Photo, Product, Related, Sku, Style},
    server::Server,
    test_database::{Template, TestDatabase},
};

fn product(id: i64, name: &str) -> Product {
    Product {
        id,
        name: name.into(),
        slogan: Some(format!("Slogan of {name}")),
        description: Some("Soft, warm.".into()),
        category: Some("Pants".into()),
        default_price: "40".into(),
    }
}

fn feature(id: i64, product_id: i64) -> Feature {
    Feature {
        id,
        product_id,
        feature: format!("Feature {id}"),
        value: Some("Canvas".into()),
    }
}

fn style(id: i64, product_id: i64, sale_price: Option<&str>, default_style: bool) -> Style {
    let (name, sale_price) = (format!("Style {id}"), sale_price.map(String::from));
    Style {
        id,
        product_id,
        name,
        sale_price,
        original_price: "40".into(),
        default_style,
    }
}

fn photo(id: i64, style_id: i64) -> Photo {
    let url = |kind| Some(format!("https://photos.example/{kind}/{id}"));
    Photo {
        id,
        style_id,
        url: url("full"),
        thumbnail_url: url("small"),
    }
}

fn sku(id: i64, style_id: i64) -> Sku {
    Sku {
        id,
        style_id,
        size: format!("S{id}"),
        quantity: 10 + id,
    }
}

fn related(id: i64, product_id: i64, related_product_id: i64) -> Related {
    Related {
        id,
        product_id,
        related_product_id,
    }
}

/// Returns a catalog of three products. The row with id n of each file is on line n + 1.
pub fn three_products() -> Catalog {
    Catalog {
        products: vec![
            product(1, "Onesie"),
            product(2, "Joggers"),
            product(3, "Slacks"),
        ],
        features: vec![feature(1, 1), feature(2, 2), feature(3, 2)],
        styles: vec![
            style(1, 1, None, true),
            style(2, 2, Some("35"), false),
            style(3, 2, None, true),
        ],
        photos: vec![photo(1, 1), photo(2, 1), photo(3, 2), photo(4, 3)],
        skus: vec![sku(1, 1), sku(2, 1), sku(3, 2), sku(4, 3)],
        related: vec![related(1, 1, 2), related(2, 1, 3), related(3, 2, 1)],
    }
}

/// Smallest number of products of which [`named`] leaves one out.
const N_PRODUCTS: i64 = 12;

/// Returns a catalog whose documents all differ from those of another name. Of many ids one is missing, which the name
/// decides: no two catalogs have the same products, and none lacks more than a tenth of another's.
pub fn named(name: &str, products: i64) -> Catalog {
    let mut catalog = Catalog::default();
    let gap = i64::try_from(name.len()).expect("names are short") + 2;
    for id in (1..=products).filter(|id| products < N_PRODUCTS || *id != gap) {
        catalog.products.push(product(id, &format!("{name} {id}")));
        catalog.features.push(feature(id, id));
        catalog.styles.push(Style {
            name: name.into(),
            ..style(id, id, None, true)
        });
        catalog.photos.push(photo(id, id));
        catalog.skus.push(sku(id, id));
        // Neighbors at a distance that depends on the name, so that two catalogs have different recommendations.
        catalog.related.push(related(id, id, id % products + gap));
    }
    let known: Vec<i64> = catalog.products.iter().map(|product| product.id).collect();
    catalog
        .related
        .retain(|row| known.contains(&row.related_product_id));
    catalog
}

/// The products 1 to 4, loaded.
static FOUR_PRODUCTS: Template = Template::new("four_products");

/// Loads a catalog of the products 1 to 4 and starts a server.
pub async fn serving(flags: &[&str]) -> (TestDatabase, Server) {
    let load = async |template: &TestDatabase| {
        let export = Export::of(&named("Old", 4));
        export.load(template.url(), &[]).await.expect_code(0);
    };
    let database = FOUR_PRODUCTS.copy(load).await;
    let server = Server::start(database.url(), flags).await;
    (database, server)
}
