//! Arbitrary small catalogs for property tests.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::model::{Catalog, Feature, Photo, Product, Related, Sku, Style};

/// Mostly small ids with gaps, some at the limits of 16, 32, 53 and 64 bits.
fn any_id() -> impl Strategy<Value = i64> {
    prop_oneof![
        12 => 1..60i64,
        2 => select(vec![65_535, 65_536, 65_537, 1 << 31, (1 << 32) + 1, (1 << 53) + 1, i64::MAX - 1, i64::MAX]),
        1 => 1..i64::MAX,
    ]
}

/// Text from pieces with a meaning for some parser. It has no digits, so that no line of a text looks like a record
/// after a missing quote.
fn any_text() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        "Zoë",
        " ",
        "\"",
        "\"\"",
        ",",
        "\n",
        "\r\n",
        "\\",
        "\\n",
        "\\.",
        "null",
        "'",
        "日本語",
        "👟",
        "\t",
        "{}",
        "[",
        "%",
        "\u{1}",
        "\u{7f}",
        "\u{2028}",
        "\u{feff}",
        "</script>",
        ";",
        "|",
    ];
    vec(select(pieces.to_vec()), 0..7).prop_map(|pieces| pieces.concat())
}

fn any_price() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => (0..3000u32).prop_map(|whole| whole.to_string()),
        4 => (0..3000u32, 1..5usize, 0..10_000u32)
            .prop_map(|(whole, digits, fraction)| format!("{whole}.{:.digits$}", format!("{fraction:04}"))),
        1 => select(vec!["500000000", "0", "0.00", "0.005", "0.0049", "0.995", "9007199254740993.25"]).prop_map(String::from),
    ]
}

/// Rows with different ids, in any order.
fn rows<T: Clone + std::fmt::Debug>(
    row: impl Strategy<Value = T>,
    at_most: usize,
) -> impl Strategy<Value = Vec<(i64, T)>> {
    btree_map(any_id(), row, 0..=at_most)
        .prop_map(|rows| rows.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

fn any_products() -> impl Strategy<Value = Vec<Product>> {
    let text = || option::weighted(0.8, any_text());
    rows((any_text(), text(), text(), text(), any_price()), 8).prop_map(|rows| {
        let product = |(id, (name, slogan, description, category, default_price))| Product {
            id,
            name,
            slogan,
            description,
            category,
            default_price,
        };
        rows.into_iter().map(product).collect()
    })
}

fn any_features(products: Vec<i64>) -> impl Strategy<Value = Vec<Feature>> {
    rows((any::<Index>(), any_text(), option::of(any_text())), 12).prop_map(move |rows| {
        let feature = |(id, (parent, feature, value)): (i64, (Index, _, _))| Feature {
            id,
            product_id: *parent.get(&products),
            feature,
            value,
        };
        rows.into_iter().map(feature).collect()
    })
}

fn any_styles(products: Vec<i64>) -> impl Strategy<Value = Vec<Style>> {
    let row = (
        any::<Index>(),
        any_text(),
        option::of(any_price()),
        any_price(),
        any::<bool>(),
    );
    rows(row, 12).prop_map(move |rows| {
        let style = |(id, (parent, name, sale_price, original_price, default_style)): (
            i64,
            (Index, _, _, _, _),
        )| Style {
            id,
            product_id: *parent.get(&products),
            name,
            sale_price,
            original_price,
            default_style,
        };
        rows.into_iter().map(style).collect()
    })
}

fn any_photos(styles: Vec<i64>) -> impl Strategy<Value = Vec<Photo>> {
    let url = || option::weighted(0.8, any_text());
    rows((any::<Index>(), url(), url()), 14).prop_map(move |rows| {
        let photo = |(id, (parent, url, thumbnail_url)): (i64, (Index, _, _))| Photo {
            id,
            style_id: *parent.get(&styles),
            url,
            thumbnail_url,
        };
        rows.into_iter().map(photo).collect()
    })
}

fn any_skus(styles: Vec<i64>) -> impl Strategy<Value = Vec<Sku>> {
    let quantity = prop_oneof![8 => 0..50i64, 1 => Just(i64::MAX)];
    rows((any::<Index>(), any_text(), quantity), 14).prop_map(move |rows| {
        let sku = |(id, (parent, size, quantity)): (i64, (Index, _, _))| Sku {
            id,
            style_id: *parent.get(&styles),
            size,
            quantity,
        };
        rows.into_iter().map(sku).collect()
    })
}

/// Pairs of products, with frequent repetitions and products related to themselves, and id 0 as in real exports.
fn any_related(products: Vec<i64>) -> impl Strategy<Value = Vec<Related>> {
    let no_product = prop::bool::weighted(0.1);
    rows((any::<Index>(), any::<Index>(), no_product), 20).prop_map(move |rows| {
        let related = |(id, (from, to, no_product)): (i64, (Index, Index, _))| Related {
            id,
            product_id: *from.get(&products),
            related_product_id: if no_product { 0 } else { *to.get(&products) },
        };
        rows.into_iter().map(related).collect()
    })
}

/// A catalog of up to eight products, or an empty one.
pub fn any_catalog() -> impl Strategy<Value = Catalog> {
    any_products().prop_flat_map(|products| {
        let ids: Vec<i64> = products.iter().map(|row| row.id).collect();
        if ids.is_empty() {
            return Just(Catalog::default()).boxed();
        }
        let rows = (
            any_features(ids.clone()),
            any_styles(ids.clone()),
            any_related(ids),
        );
        rows.prop_flat_map(move |(features, styles, related)| {
            let catalog = Catalog {
                products: products.clone(),
                features,
                styles,
                related,
                ..Catalog::default()
            };
            with_photos_and_skus(catalog)
        })
        .boxed()
    })
}

fn with_photos_and_skus(catalog: Catalog) -> BoxedStrategy<Catalog> {
    let ids: Vec<i64> = catalog.styles.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Just(catalog).boxed();
    }
    (any_photos(ids.clone()), any_skus(ids))
        .prop_map(move |(photos, skus)| Catalog {
            photos,
            skus,
            ..catalog.clone()
        })
        .boxed()
}
