//! The format, the distributions and the faults of generated exports.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_64;

use super::{Export, HEADERS, counts, fields, number};
use crate::generate::Fault;

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert_eq!(Export::new(300, 7).bytes(), Export::new(300, 7).bytes());
    for (one, other) in Export::new(300, 7)
        .bytes()
        .iter()
        .zip(Export::new(300, 8).bytes())
    {
        assert_ne!(*one, other);
    }
}

/// Guards the promise across machines and upgrades. If a change is meant, replace the number.
#[test]
fn the_bytes_of_a_seed_never_change() {
    let bytes = Export::new(500, 1).bytes().concat();
    assert_eq!(xxh3_64(&bytes), 9_759_549_755_657_527_710);
}

#[test]
fn the_smallest_catalogs_have_every_fault() {
    for (products, seed) in [(11, 0), (11, 1), (20, 2), (200, 3)] {
        let summary = Export::new(products, seed).summary;
        for (fault, n) in summary.faults.iter() {
            assert!(n > 0, "{products} products, seed {seed}: no {fault}");
        }
    }
}

#[test]
fn the_first_eleven_products_have_the_shape_of_the_real_ones() {
    for seed in 0..3 {
        let rows = Export::new(11, seed).summary.files;
        let rows: Vec<_> = rows.iter().map(|file| (file.name, file.rows)).collect();
        assert_eq!(
            rows,
            [
                ("product.csv", 11),
                ("features.csv", 30),
                ("styles.csv", 52),
                ("photos.csv", 277),
                ("skus.csv", 357),
                ("related.csv", 52)
            ]
        );
    }
}

#[test]
fn headers_and_line_breaks_equal_those_of_the_real_files() {
    for products in [0, 1, 30] {
        let export = Export::new(products, 1);
        for (name, header) in HEADERS {
            let text = export.text(name);
            assert_eq!(text.lines().next(), Some(header));
            assert!(!text.contains('\r') && !text.contains("\n\n"), "{name}");
            assert_eq!(text.ends_with('\n'), name == "photos.csv", "{name}");
        }
    }
}

#[test]
fn the_summary_describes_the_files() {
    let export = Export::new(300, 5);
    for (file, (name, _)) in export.summary.files.iter().zip(HEADERS) {
        let text = export.text(name);
        assert_eq!(file.name, name);
        assert_eq!(file.rows, u64::try_from(text.lines().count() - 1).unwrap());
        assert_eq!(file.bytes, u64::try_from(text.len()).unwrap());
    }
}

#[test]
fn ids_are_consecutive_and_unique() {
    let export = Export::new(2_000, 1);
    for (name, _) in HEADERS {
        let rows = export.rows(name);
        let ids: HashSet<_> = rows.iter().map(|row| number(&row[0])).collect();
        assert_eq!(ids.len(), rows.len(), "{name}");
        assert!((1..=rows.len()).all(|id| ids.contains(&id)), "{name}");
        let n_moved = (1..).zip(&rows).filter(|(id, row)| number(&row[0]) != *id);
        let n_swapped = match name {
            "skus.csv" => export.summary.faults.of(Fault::IdsOutOfOrder),
            _ => 0,
        };
        assert_eq!(n_moved.count(), 2 * usize::try_from(n_swapped).unwrap());
    }
}

#[test]
fn every_row_refers_to_a_row_that_exists_except_related_0() {
    let export = Export::new(2_000, 1);
    let n_styles = export.rows("styles.csv").len();
    for (name, parents) in [
        ("features.csv", 2_000),
        ("styles.csv", 2_000),
        ("photos.csv", n_styles),
        ("skus.csv", n_styles),
        ("related.csv", 2_000),
    ] {
        for row in export.rows(name) {
            assert!((1..=parents).contains(&number(&row[1])), "{name}: {row:?}");
        }
    }
    for row in export.rows("related.csv") {
        assert!(number(&row[2]) <= 2_000, "{row:?}");
    }
}

#[test]
fn rows_per_parent_reach_and_keep_the_limits_of_the_export() {
    let export = Export::new(2_000, 1);
    let styles = export.rows("styles.csv").len();
    for (name, parents, allowed) in [
        ("features.csv", 2_000, &[0, 1, 2, 3, 4][..]),
        ("styles.csv", 2_000, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("related.csv", 2_000, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (
            "photos.csv",
            styles,
            &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
        ),
        ("skus.csv", styles, &[0, 1, 6, 11]),
    ] {
        let seen: HashSet<_> = counts(&export.rows(name), parents).into_iter().collect();
        assert_eq!(seen, allowed.iter().copied().collect(), "{name}");
    }
}

#[test]
fn text_is_quoted_and_numbers_and_null_are_not() {
    let export = Export::new(2_000, 1);
    let text = "text";
    for (name, columns) in [
        (
            "product.csv",
            &["number", text, text, text, text, "number"][..],
        ),
        ("features.csv", &["number", "number", text, "text or null"]),
        (
            "styles.csv",
            &[
                "number",
                "number",
                text,
                "number or null",
                "number",
                "0 or 1",
            ],
        ),
        ("photos.csv", &["number", "number", text, "cut text"]),
        ("skus.csv", &["number", "number", text, "spaced number"]),
        ("related.csv", &["number", "number", "number"]),
    ] {
        for row in export.rows(name) {
            assert_eq!(row.len(), columns.len(), "{name}: {row:?}");
            for (field, column) in row.iter().zip(columns) {
                assert!(is_a(column, field), "{name}: {field} is no {column}");
            }
        }
    }
}

fn is_a(column: &str, field: &str) -> bool {
    let is_number = |field: &str| field.bytes().all(|byte| byte.is_ascii_digit());
    match column {
        "number" => is_number(field),
        "spaced number" => is_number(field.strip_prefix(' ').unwrap_or(field)),
        "number or null" => is_number(field) || field == "null",
        "0 or 1" => matches!(field, "0" | "1"),
        "text" => field.len() > 2 && field.starts_with('"') && field.ends_with('"'),
        "cut text" => field.starts_with("\"https://") || field.starts_with("\"uhttps://"),
        _ => field == "null" || is_a("text", field),
    }
}

#[test]
fn the_counted_faults_are_in_the_files() {
    let export = Export::new(2_000, 1);
    let expect = |fault: Fault, n: usize| {
        let counted = usize::try_from(export.summary.faults.of(fault)).unwrap();
        assert_eq!(counted, n, "{fault}");
    };
    let photos = export.rows("photos.csv");
    let unclosed = photos.iter().filter(|row| !row[3].ends_with('"')).count();
    assert_eq!(
        unclosed % 2,
        0,
        "a literal reader would notice an odd number"
    );
    expect(Fault::MissingClosingQuote, unclosed);
    let bad = photos.iter().filter(|row| row[3].starts_with("\"uhttps"));
    expect(Fault::ThumbnailScheme, bad.count());
    let skus = export.rows("skus.csv");
    let spaced = skus.iter().filter(|row| row[3].starts_with(' ')).count();
    expect(Fault::SpaceBeforeNumber, spaced);
    let styles = export.rows("styles.csv");
    let none = |counts: Vec<usize>| counts.into_iter().filter(|n| *n == 0).count();
    expect(Fault::WithoutStyles, none(counts(&styles, 2_000)));
    expect(Fault::WithoutPhotos, none(counts(&photos, styles.len())));
    expect(Fault::WithoutSkus, none(counts(&skus, styles.len())));
    let huge = styles.iter().filter(|row| row[4] == "500000000").count();
    expect(Fault::HugePrice, huge);
    let related = export.rows("related.csv");
    let pairs: HashSet<_> = related.iter().map(|row| (&row[1], &row[2])).collect();
    expect(Fault::RelatedTwice, related.len() - pairs.len());
    let itself = related.iter().filter(|row| row[1] == row[2]).count();
    expect(Fault::RelatedToItself, itself);
    let nothing = related.iter().filter(|row| row[2] == "0").count();
    expect(Fault::RelatedToNothing, nothing);
}

#[test]
fn texts_have_apostrophes_commas_and_letters_outside_ascii() {
    let text = Export::new(200, 1).text("product.csv");
    assert!(text.contains('é') && text.contains('ñ') && text.contains('\''));
    assert!(fields(text.lines().nth(4).unwrap())[3].contains(' '));
}
