//! Exports of other programs, loaded whole: what is served of them, and that a notation nobody knows publishes nothing.

use std::fs;

use crate::{
    load::repairs::{expect_load, rejected, repaired},
    support::{
        export::Export, fixtures::three_products, server::Server, test_database::TestDatabase,
    },
};

#[tokio::test]
async fn prices_of_a_spreadsheet_are_served_as_numbers() {
    let mut catalog = three_products();
    let export = Export::of(&catalog);
    export.edit("product.csv", |bytes| {
        let text = String::from_utf8(bytes).unwrap();
        let mut prices = ["$20.00", "\"1,299.00\"", "\"9,50\""].into_iter();
        let lines = text.lines().enumerate().map(|(line, text)| match line {
            0 => text.to_owned(),
            _ => format!(
                "{},{}",
                text.rsplit_once(',').unwrap().0,
                prices.next().unwrap()
            ),
        });
        lines.collect::<Vec<_>>().join("\n").into_bytes()
    });
    for (product, price) in catalog
        .products
        .iter_mut()
        .zip(["20.00", "1299.00", "9.50"])
    {
        product.default_price = price.to_owned();
    }
    let findings = [
        repaired("product.csv", 1, "currency-sign"),
        repaired("product.csv", 2, "thousands-separator"),
        repaired("product.csv", 3, "decimal-comma"),
    ];
    expect_load(&export, &findings, &catalog).await;
}

#[tokio::test]
async fn an_export_of_postgresql_is_served() {
    let mut catalog = three_products();
    catalog.styles[1].default_style = false;
    let export = Export::of(&catalog);
    export.edit("styles.csv", |bytes| {
        let text = String::from_utf8(bytes).unwrap();
        let text = text.replace("productId", "product_id").replace("null", "");
        let text = text.replace(",1\n", ",t\n").replace(",0\n", ",f\n");
        text.into_bytes()
    });
    let ids = catalog
        .styles
        .iter()
        .map(|style| u32::try_from(style.id).unwrap());
    let findings: Vec<_> = ids
        .map(|id| repaired("styles.csv", id, "boolean-word"))
        .collect();
    expect_load(&export, &findings, &catalog).await;
}

#[tokio::test]
async fn an_export_of_mysql_is_served() {
    let mut catalog = three_products();
    catalog.products[0].slogan = None;
    catalog.products[1].name = "City \"Pro\" Boot".to_owned();
    catalog.features[2].value = None;
    let export = Export::of(&catalog);
    export.edit("product.csv", |bytes| {
        let text = String::from_utf8(bytes).unwrap();
        text.replace("\"\"", "\\\"")
            .replace("null", "\\N")
            .into_bytes()
    });
    export.replace("features.csv", "null", "\\N");
    let findings = [
        repaired("product.csv", 1, "null-notation"),
        repaired("product.csv", 2, "backslash-escape"),
        repaired("features.csv", 3, "null-notation"),
    ];
    expect_load(&export, &findings, &catalog).await;
}

#[tokio::test]
async fn a_file_of_a_spreadsheet_with_semicolons_is_served() {
    let catalog = three_products();
    let export = Export::of(&catalog);
    export.edit("skus.csv", |bytes| {
        String::from_utf8(bytes)
            .unwrap()
            .replace(',', ";")
            .into_bytes()
    });
    let mut separator = repaired("skus.csv", 0, "other-separator");
    separator.id.clear();
    expect_load(&export, &[separator], &catalog).await;
}

#[tokio::test]
async fn an_unknown_notation_publishes_nothing_unless_it_is_meant() {
    let database = TestDatabase::new().await;
    let catalog = three_products();
    let export = Export::of(&catalog);
    export.load(database.url(), &[]).await.expect_code(0);
    let server = Server::start(database.url(), &[]).await;
    export.edit("product.csv", |bytes| {
        String::from_utf8(bytes)
            .unwrap()
            .replace(",40\n", ",forty\n")
            .into_bytes()
    });
    let products = fs::read_to_string(export.path("product.csv")).unwrap();
    assert!(products.contains(",forty\n"), "{products}");
    let stopped = export.load(database.url(), &[]).await.expect_code(1);
    stopped.expect_words(&[
        "looks like a mistake",
        "product.csv, line 2: rejected by rule not-a-number",
        "default_price is forty",
        "--force",
    ]);
    assert!(
        export
            .findings()
            .contains(&rejected("product.csv", 1, "not-a-number"))
    );
    server.expect_catalog(&catalog).await;

    export
        .load(database.url(), &["--force"])
        .await
        .expect_code(0);
    let is_gone = async |server: &Server| server.get("/products/1").await.status == 404;
    server.until("it is gone", is_gone).await;
}

#[tokio::test]
async fn prices_that_make_no_sense_are_served_and_found() {
    let mut catalog = three_products();
    catalog.styles[0].sale_price = Some("0".to_owned());
    catalog.styles[1].sale_price = Some("-5".to_owned());
    catalog.styles[2].sale_price = Some("1000".to_owned());
    let export = Export::of(&catalog);
    catalog.styles[0].sale_price = None;
    let mut findings = [
        repaired("styles.csv", 2, "negative-price"),
        repaired("styles.csv", 3, "sale-above-original-price"),
    ];
    for finding in &mut findings {
        finding.action = "kept".to_owned();
    }
    expect_load(&export, &findings, &catalog).await;
}
