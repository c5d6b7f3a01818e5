//! Each fault of an export that cannot be repaired: what is rejected, and that nothing else is lost.

use crate::{
    load::repairs::{expect_load, rejected},
    support::{
        export::{Export, finding},
        fixtures::three_products,
    },
};

#[tokio::test]
async fn related_id_zero_is_rejected() {
    let mut catalog = three_products();
    catalog.related[1].related_product_id = 0;
    let export = Export::of(&catalog);
    catalog.related.remove(1);
    expect_load(
        &export,
        &[rejected("related.csv", 2, "related-id-zero")],
        &catalog,
    )
    .await;
}

#[tokio::test]
async fn a_row_without_its_product_or_style_is_rejected() {
    let mut catalog = three_products();
    catalog.features[0].product_id = 99;
    catalog.styles[1].product_id = 99;
    catalog.photos[1].style_id = 99;
    catalog.skus[1].style_id = 99;
    catalog.related[0].product_id = 99;
    catalog.related[1].related_product_id = 99;
    let export = Export::of(&catalog);
    catalog.features.remove(0);
    catalog.styles.remove(1);
    catalog.photos.drain(1..3);
    catalog.skus.drain(1..3);
    catalog.related.drain(0..2);
    let findings = [
        ("features.csv", 1),
        ("styles.csv", 2),
        ("photos.csv", 2),
        // What belongs to a rejected row has nothing to belong to.
        ("photos.csv", 3),
        ("skus.csv", 2),
        ("skus.csv", 3),
        ("related.csv", 1),
        ("related.csv", 2),
    ];
    expect_load(
        &export,
        &findings.map(|(file, id)| rejected(file, id, "orphan")),
        &catalog,
    )
    .await;
}

#[tokio::test]
async fn of_two_rows_with_one_id_the_first_is_kept() {
    let catalog = three_products();
    let export = Export::of(&catalog);
    let mut findings = Vec::new();
    for (file, again) in [
        ("product.csv", "2,\"Other\",null,null,null,1\n"),
        ("features.csv", "2,1,\"Other\",null\n"),
        ("styles.csv", "2,1,\"Other\",null,1,1\n"),
        ("photos.csv", "2,1,null,null\n"),
        ("skus.csv", "2,2,\"Other\",1\n"),
        ("related.csv", "2,3,1\n"),
    ] {
        let line = std::fs::read_to_string(export.path(file))
            .unwrap()
            .lines()
            .count()
            + 1;
        export.edit(file, |bytes| [&bytes, again.as_bytes()].concat());
        let line = u32::try_from(line).unwrap();
        findings.push(finding(
            file,
            line,
            "2",
            "duplicate-primary-key",
            "rejected",
        ));
    }
    expect_load(&export, &findings, &catalog).await;
}

#[tokio::test]
async fn a_row_with_too_few_or_too_many_fields_is_rejected() {
    let mut catalog = three_products();
    let export = Export::of(&catalog);
    export.replace("skus.csv", "2,1,\"S2\",12", "2,1,\"S2\"");
    export.replace("skus.csv", "4,3,\"S4\",14", "4,3,\"S4\",14,5");
    export.replace("related.csv", "3,2,1", "3,2,1,");
    catalog.skus.remove(3);
    catalog.skus.remove(1);
    catalog.related.remove(2);
    let findings = [("skus.csv", 2), ("skus.csv", 4), ("related.csv", 3)];
    expect_load(
        &export,
        &findings.map(|(file, id)| rejected(file, id, "wrong-number-of-fields")),
        &catalog,
    )
    .await;
}

#[tokio::test]
async fn a_number_that_is_none_is_rejected() {
    for (file, from, to, id) in [
        ("skus.csv", "\"S2\",12", "\"S2\",many", 2),
        ("skus.csv", "\"S2\",12", "\"S2\",1.5", 2),
        ("skus.csv", "\"S2\",12", "\"S2\",9223372036854775808", 2),
        ("styles.csv", "null,40,1\n2", "null,40,2\n2", 1),
        ("styles.csv", "35,40", "3x5,40", 2),
        ("styles.csv", "35,40", "35,NaN", 2),
        ("styles.csv", "35,40", "Infinity,40", 2),
        ("related.csv", "1,1,2", "1,1,two", 1),
    ] {
        let mut catalog = three_products();
        let export = Export::of(&catalog);
        export.replace(file, from, to);
        let mut findings = vec![rejected(file, id, "not-a-number")];
        match file {
            "skus.csv" => catalog.skus.retain(|row| row.id != 2),
            "related.csv" => catalog.related.retain(|row| row.id != 1),
            _ => {
                let style = i64::from(id);
                catalog.styles.retain(|row| row.id != style);
                let orphan = |file, id: i64| rejected(file, u32::try_from(id).unwrap(), "orphan");
                findings.extend(
                    catalog
                        .photos
                        .extract_if(.., |row| row.style_id == style)
                        .map(|row| orphan("photos.csv", row.id)),
                );
                findings.extend(
                    catalog
                        .skus
                        .extract_if(.., |row| row.style_id == style)
                        .map(|row| orphan("skus.csv", row.id)),
                );
            }
        }
        expect_load(&export, &findings, &catalog).await;
    }
}

#[tokio::test]
async fn a_rejected_product_takes_along_what_belongs_to_it() {
    let mut catalog = three_products();
    let export = Export::of(&catalog);
    export.replace(
        "product.csv",
        "\"Onesie\",\"Slogan of Onesie\",\"Soft, warm.\",\"Pants\",40",
        "\"Onesie\",null,null,null,cheap",
    );
    catalog.products.remove(0);
    catalog.features.remove(0);
    catalog.styles.remove(0);
    catalog.photos.drain(0..2);
    catalog.skus.drain(0..2);
    catalog.related.clear();
    let mut findings = vec![rejected("product.csv", 1, "not-a-number")];
    for (file, ids) in [
        ("features.csv", &[1][..]),
        ("styles.csv", &[1]),
        ("photos.csv", &[1, 2]),
        ("skus.csv", &[1, 2]),
        ("related.csv", &[1, 2, 3]),
    ] {
        findings.extend(ids.iter().map(|id| rejected(file, *id, "orphan")));
    }
    expect_load(&export, &findings, &catalog).await;
}

#[tokio::test]
async fn a_missing_value_is_rejected_where_one_is_needed() {
    for (file, from, to) in [
        ("product.csv", "3,\"Slacks\"", "3,null"),
        (
            "product.csv",
            "3,\"Slacks\",\"Slogan of Slacks\",\"Soft, warm.\",\"Pants\",40",
            "3,\"Slacks\",null,null,null,",
        ),
        (
            "product.csv",
            "3,\"Slacks\",\"Slogan of Slacks\",\"Soft, warm.\",\"Pants\",40",
            "3,\"Slacks\",null,null,null,null",
        ),
    ] {
        let mut catalog = three_products();
        let export = Export::of(&catalog);
        export.replace(file, from, to);
        catalog.products.remove(2);
        catalog.related.remove(1);
        let findings = [
            rejected(file, 3, "missing-value"),
            rejected("related.csv", 2, "orphan"),
        ];
        expect_load(&export, &findings, &catalog).await;
    }
}

#[tokio::test]
async fn a_null_is_a_value_where_none_is_needed_and_text_in_quotes() {
    let mut catalog = three_products();
    catalog.products[0].slogan = None;
    catalog.products[1].slogan = Some("null".into());
    catalog.products[2].slogan = Some(String::new());
    catalog.features[0].value = None;
    catalog.photos[0].thumbnail_url = None;
    catalog.styles[1].sale_price = None;
    expect_load(&Export::of(&catalog), &[], &catalog).await;
}

#[tokio::test]
async fn bytes_that_are_not_utf_8_are_rejected() {
    let mut catalog = three_products();
    let export = Export::of(&catalog);
    export.replace("product.csv", "\"Slacks\"", b"\"Sl\xE4cks\"");
    export.replace("features.csv", "\"Feature 3\"", b"\"Feature \xF0\x9F\x91\"");
    catalog.products.remove(2);
    catalog.features.remove(2);
    catalog.related.remove(1);
    let findings = [
        rejected("product.csv", 3, "invalid-utf-8"),
        rejected("features.csv", 3, "invalid-utf-8"),
        rejected("related.csv", 2, "orphan"),
    ];
    expect_load(&export, &findings, &catalog).await;
}
