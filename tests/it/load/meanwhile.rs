//! Changes that others commit while a load is under way are kept, and the report lists them.

use std::collections::BTreeSet;

use crate::support::{
    blocked::Holder,
    catalog_changes::next_export,
    database_state::{TABLES, differing_rows},
    export::{Export, HEADERS},
    fixtures::named,
    program::run,
    source_rows::compose_all,
    test_database::{Template, TestDatabase},
};

static LOADED: Template = Template::new("meanwhile");

/// Changes of others, the rows that differ from the export's because of them, and what is true of the catalog then.
struct Change {
    sql: &'static str,
    listed: &'static [(&'static str, i64)],
    is_kept: &'static str,
}

/// Loads the next export while others commit a change after the load has compared the rows and before it changes them.
async fn expect_kept(change: Change) {
    let catalog = named("First", 24);
    let load = async |template: &TestDatabase| {
        let export = Export::of(&catalog);
        export.load(template.url(), &[]).await.expect_code(0);
    };
    let database = LOADED.copy(load).await;
    let next = next_export(&catalog);
    let export = Export::of(&next);
    // The load waits at the first row that it wants to change.
    let lock = "SELECT FROM catalog.product WHERE id = 2 FOR UPDATE";
    let holder = Holder::of(&database, lock).await;
    let load = export.start_load(database.url(), &[]);
    holder.until_blocks_session("atelierex load").await;
    database.execute(change.sql).await;
    holder.release().await;
    let load = load.finish().await.expect_code(0);
    load.expect_words(&["changed-meanwhile"]);

    let kept = export.kept();
    let differing = differing_rows(&database, &next).await;
    let differing: BTreeSet<_> = HEADERS
        .iter()
        .zip(differing)
        .flat_map(|((file, _), ids)| ids.into_iter().map(|id| ((*file).to_owned(), id)))
        .collect();
    assert!(
        differing.is_subset(&kept),
        "{}: rows that differ {differing:?}, rows that are listed {kept:?}",
        change.sql
    );
    for (file, id) in change.listed {
        let row = ((*file).to_owned(), *id);
        assert!(kept.contains(&row), "{}: {row:?} in {kept:?}", change.sql);
    }
    let is_kept = format!("SELECT to_json({})", change.is_kept);
    let is_kept = database.value(&is_kept).await;
    assert_eq!(is_kept, true, "{}: {}", change.sql, change.is_kept);
    // The other rows of the export are there: the load went on without these.
    let n_changed: i64 = differing.len().try_into().unwrap();
    assert!(n_changed < 12, "{}: {differing:?}", change.sql);
    compose_all(&database).await;
    run(database.url(), &["audit"]).await.expect_code(0);

    // The same export once more, with nobody beside it, is the whole truth again.
    let again = export.load(database.url(), &[]).await.expect_code(0);
    assert!(!again.out.contains("changed-meanwhile"), "{}", again.out);
    let differing = differing_rows(&database, &next).await;
    for ((table, _), ids) in TABLES.iter().zip(differing) {
        assert_eq!(ids, [0; 0], "rows of {table} after {}", change.sql);
    }
    run(database.url(), &["audit"]).await.expect_code(0);
}

#[tokio::test]
async fn a_row_that_the_load_wants_to_change() {
    expect_kept(Change {
        sql: "UPDATE catalog.sku SET quantity = 77 WHERE id = 3",
        listed: &[("skus.csv", 3)],
        is_kept: "(SELECT quantity = 77 FROM catalog.sku WHERE id = 3)",
    })
    .await;
}

#[tokio::test]
async fn a_row_that_the_load_has_no_reason_to_change() {
    expect_kept(Change {
        sql: "UPDATE catalog.product SET slogan = 'Just now' WHERE id = 10",
        listed: &[("product.csv", 10)],
        is_kept: "(SELECT slogan = 'Just now' FROM catalog.product WHERE id = 10)",
    })
    .await;
}

#[tokio::test]
async fn a_row_that_the_load_wants_to_remove_and_what_it_belongs_to() {
    expect_kept(Change {
        sql: "UPDATE catalog.sku SET quantity = 77 WHERE id = 24",
        listed: &[("skus.csv", 24), ("styles.csv", 24), ("product.csv", 24)],
        is_kept: "(SELECT count(*) = 1 FROM catalog.sku JOIN catalog.style ON style.id = style_id
            JOIN catalog.product ON product.id = product_id WHERE sku.id = 24 AND quantity = 77)",
    })
    .await;
}

#[tokio::test]
async fn a_row_below_one_that_the_load_wants_to_remove() {
    expect_kept(Change {
        sql: "INSERT INTO catalog.style VALUES (600, 24, 'Late', NULL, 40, false);
              INSERT INTO catalog.sku VALUES (601, 600, 'XXL', 9)",
        listed: &[("styles.csv", 600), ("skus.csv", 601), ("product.csv", 24)],
        is_kept: "(SELECT count(*) = 1 FROM catalog.sku JOIN catalog.style ON style.id = style_id
            JOIN catalog.product ON product.id = product_id WHERE sku.id = 601 AND product.id = 24)",
    })
    .await;
}

#[tokio::test]
async fn a_row_that_the_load_wants_to_add() {
    expect_kept(Change {
        sql: "INSERT INTO catalog.product VALUES (5000, 'Slippers', NULL, NULL, NULL, 7);
              INSERT INTO catalog.style VALUES (5000, 1, 'Felt', NULL, 7, true)",
        listed: &[("product.csv", 5_000), ("styles.csv", 5_000)],
        is_kept: "(SELECT name = 'Slippers' FROM catalog.product WHERE id = 5000)
            AND (SELECT product_id = 1 AND name = 'Felt' FROM catalog.style WHERE id = 5000)",
    })
    .await;
}

#[tokio::test]
async fn a_new_row_that_the_export_lacks() {
    expect_kept(Change {
        sql: "INSERT INTO catalog.product VALUES (700, 'Slippers', NULL, NULL, NULL, 7)",
        listed: &[("product.csv", 700)],
        is_kept: "EXISTS (SELECT FROM catalog.product WHERE id = 700)",
    })
    .await;
}

#[tokio::test]
async fn a_row_that_others_remove() {
    expect_kept(Change {
        sql: "DELETE FROM catalog.sku WHERE id = 3; DELETE FROM catalog.feature WHERE id = 10",
        listed: &[("skus.csv", 3), ("features.csv", 10)],
        is_kept: "NOT EXISTS (SELECT FROM catalog.sku WHERE id = 3) AND NOT EXISTS (SELECT FROM catalog.feature WHERE id = 10)",
    })
    .await;
}

#[tokio::test]
async fn a_product_that_others_remove_with_what_the_load_wants_to_add_to_it() {
    // The export moves style 4 to product 5.
    expect_kept(Change {
        sql: "DELETE FROM catalog.product WHERE id = 5",
        listed: &[("product.csv", 5), ("styles.csv", 4), ("styles.csv", 5)],
        is_kept: "NOT EXISTS (SELECT FROM catalog.product WHERE id = 5)
            AND (SELECT product_id = 4 FROM catalog.style WHERE id = 4)",
    })
    .await;
}

#[tokio::test]
async fn a_row_that_others_move() {
    expect_kept(Change {
        sql: "UPDATE catalog.style SET product_id = 6 WHERE id = 4; UPDATE catalog.photo SET style_id = 6 WHERE id = 10",
        listed: &[("styles.csv", 4), ("photos.csv", 10)],
        is_kept: "(SELECT product_id = 6 FROM catalog.style WHERE id = 4)",
    })
    .await;
}

#[tokio::test]
async fn a_row_that_others_move_to_what_the_load_wants_to_remove() {
    expect_kept(Change {
        sql: "UPDATE catalog.style SET product_id = 24 WHERE id = 10",
        listed: &[("styles.csv", 10), ("product.csv", 24)],
        is_kept: "(SELECT product_id = 24 FROM catalog.style WHERE id = 10)",
    })
    .await;
}

#[tokio::test]
async fn a_row_that_others_replace_by_one_with_its_id() {
    expect_kept(Change {
        sql: "BEGIN; DELETE FROM catalog.sku WHERE id = 3; INSERT INTO catalog.sku VALUES (3, 1, 'Other', 1); COMMIT",
        listed: &[("skus.csv", 3)],
        is_kept: "(SELECT size = 'Other' FROM catalog.sku WHERE id = 3)",
    })
    .await;
}
