//! Tests that generated catalogs look like a shop's, and suit existing frontends.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{Export, counts, number};

/// Sizes in the order in which a style has them.
const CLOTHING: [&str; 6] = ["XS", "S", "M", "L", "XL", "XXL"];
const SHOES: [&str; 11] = [
    "7", "7.5", "8", "8.5", "9", "9.5", "10", "10.5", "11", "11.5", "12",
];

fn unquoted(field: &str) -> &str {
    field.trim_matches('"')
}

/// The product of each style, by position.
fn products_of_styles(export: &Export) -> Vec<usize> {
    let styles = export.rows("styles.csv");
    styles.iter().map(|row| number(&row[1])).collect()
}

#[test]
fn sizes_suit_the_category() {
    let export = Export::new(2_000, 1);
    let products = export.rows("product.csv");
    let parents = products_of_styles(&export);
    let mut sizes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in export.rows("skus.csv") {
        let product = parents[number(&row[1]) - 1];
        let category = unquoted(&products[product - 1][4]).to_owned();
        let size = unquoted(&row[2]).to_owned();
        sizes.entry(category).or_default().insert(size);
    }
    let set = |sizes: &[&str]| -> BTreeSet<String> { sizes.iter().map(|&of| of.into()).collect() };
    for (categories, expected) in [
        (
            &[
                "Jackets", "Pants", "Shirts", "Sweaters", "Dresses", "Shorts",
            ][..],
            set(&CLOTHING),
        ),
        (
            &[
                "Kicks",
                "Dress Shoes",
                "Basketball Shoes",
                "Boots",
                "Sandals",
            ],
            set(&SHOES),
        ),
        (
            &["Accessories", "Hats", "Bags", "Watches"],
            set(&["One Size"]),
        ),
    ] {
        for &category in categories {
            assert_eq!(sizes.remove(category), Some(expected.clone()), "{category}");
        }
    }
    assert!(sizes.is_empty(), "{sizes:?}");
}

#[test]
fn names_and_texts_agree_with_the_features() {
    let export = Export::new(2_000, 1);
    let features = export.rows("features.csv");
    let materials: BTreeMap<usize, &str> = features
        .iter()
        .filter(|row| ["Fabric", "Material", "Frames", "Case"].contains(&unquoted(&row[2])))
        .filter(|row| row[3] != "null")
        .map(|row| (number(&row[1]), unquoted(&row[3])))
        .collect();
    assert!(materials.len() > 500);
    let all: BTreeSet<&str> = materials.values().copied().collect();
    let mut n_named = 0;
    for row in export.rows("product.csv") {
        let (id, name) = (number(&row[0]), unquoted(&row[1]));
        for text in &row[1..5] {
            let is_filled = !text.contains(['@', '#', '$', '%']);
            assert!(is_filled && !text.contains("  "), "{text}");
        }
        assert!((2..=7).contains(&name.split(' ').count()), "{name}");
        assert!(
            name.chars().next().is_some_and(char::is_uppercase),
            "{name}"
        );
        if let Some(&material) = materials.get(&id) {
            let others = all.iter().filter(|other| !material.contains(**other));
            let is_other = |other: &&str| name.contains(&format!(" {other} "));
            assert_eq!(
                others.copied().find(is_other),
                None,
                "{name} is of {material}"
            );
            n_named += usize::from(name.contains(&format!(" {material} ")));
        }
    }
    assert!(n_named > 200, "{n_named} names have their material");
}

#[test]
fn names_repeat_rarely() {
    let export = Export::new(2_000, 1);
    let products = export.rows("product.csv");
    let names: HashSet<_> = products.iter().map(|row| &row[1]).collect();
    assert!(names.len() > 1_800, "{} names", names.len());
}

#[test]
fn prices_are_plausible() {
    let export = Export::new(2_000, 1);
    for row in export.rows("product.csv").iter().skip(11) {
        let price = number(&row[5]);
        let is_huge = price == 5_000_000;
        assert!(is_huge || (10..=459).contains(&price), "{row:?}");
        assert!([0, 5, 9].contains(&(price % 10)), "{row:?}");
    }
    for row in export.rows("styles.csv") {
        let original = number(&row[4]);
        assert!(row[3] == "null" || number(&row[3]) < original, "{row:?}");
    }
}

#[test]
fn the_urls_of_a_photo_have_the_same_name() {
    let export = Export::new(300, 1);
    for row in export.rows("photos.csv") {
        let picture = |address: &str| {
            let (_, rest) = address
                .split_once("https://images.unsplash.com/photo-")
                .unwrap();
            rest.split_once('?').unwrap().0.to_owned()
        };
        assert_eq!(picture(&row[2]), picture(&row[3]), "{row:?}");
        assert!(row[3].contains("w=300&"), "{row:?}");
    }
}

#[test]
fn related_products_have_styles() {
    for (products, seed) in [(1, 1), (11, 2), (2_000, 1)] {
        let export = Export::new(products, seed);
        let products = usize::try_from(products).unwrap();
        let n_styles = counts(&export.rows("styles.csv"), products);
        for row in export.rows("related.csv") {
            let (product, related) = (number(&row[1]), number(&row[2]));
            let is_shown = related == 0 || related == product || n_styles[related - 1] > 0;
            assert!(is_shown, "{row:?}");
        }
    }
}

/// Products 1 and 891 to 937, and those 1,011 later.
#[test]
fn start_products_of_frontends_have_styles_photos_and_skus() {
    let export = Export::new(2_000, 1);
    let styles = export.rows("styles.csv");
    let n_photos = counts(&export.rows("photos.csv"), styles.len());
    let n_skus = counts(&export.rows("skus.csv"), styles.len());
    for id in [1].into_iter().chain(891..=937).chain(1_902..=1_948) {
        let own: Vec<_> = styles.iter().filter(|row| number(&row[1]) == id).collect();
        assert!(!own.is_empty(), "{id}");
        let n_defaults = own.iter().filter(|row| row[5] == "1").count();
        assert_eq!(n_defaults, 1, "{id}");
        for style in own {
            let position = number(&style[0]) - 1;
            assert!(n_photos[position] > 0 && n_skus[position] > 0, "{id}");
        }
    }
}
