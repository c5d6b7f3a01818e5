//! Keys queued by single statements.

use super::{ROWS, expect_keys_of_five};

#[tokio::test]
async fn inserts_updates_and_deletes_queue_the_key_of_the_row() {
    expect_keys_of_five(ROWS).await;
}

#[tokio::test]
async fn an_update_that_changes_nothing_queues_nothing() {
    expect_keys_of_five(
        "
UPDATE catalog.product SET name = name => nothing
UPDATE catalog.product SET default_price = 40.00 => nothing
UPDATE catalog.feature SET value = 'Canvas' => nothing
UPDATE catalog.style SET sale_price = 35.000, original_price = 40 => nothing
UPDATE catalog.photo SET url = url, thumbnail_url = thumbnail_url => nothing
UPDATE catalog.sku SET quantity = 8 => nothing
UPDATE catalog.related_product SET id = id => nothing
UPDATE catalog.sku SET quantity = 1 WHERE false => nothing
DELETE FROM catalog.product WHERE false => nothing
INSERT INTO catalog.sku SELECT * FROM catalog.sku WHERE false => nothing
-- Changed rows among unchanged ones.
UPDATE catalog.sku SET quantity = CASE id WHEN 200 THEN 1 ELSE 8 END => style 20
UPDATE catalog.product SET slogan = CASE id WHEN 5 THEN '' END => product 5
-- Similar values.
UPDATE catalog.style SET sale_price = 35.001 WHERE id = 10 => product 1
",
    )
    .await;
}

#[tokio::test]
async fn a_moved_row_queues_its_old_and_its_new_key() {
    expect_keys_of_five(
        "
UPDATE catalog.feature SET product_id = 2 WHERE id = 1 => product 1, product 2
UPDATE catalog.related_product SET product_id = 5 WHERE id = 3 => product 3, product 5
UPDATE catalog.style SET product_id = 5 WHERE id = 10 => product 1, product 5
UPDATE catalog.photo SET style_id = 20 WHERE id = 100 => style 10, style 20
UPDATE catalog.sku SET style_id = 40 WHERE id = 300 => style 30, style 40
",
    )
    .await;
}

#[tokio::test]
async fn a_changed_primary_key_queues_both_keys() {
    expect_keys_of_five(
        "
UPDATE catalog.product SET id = 6 WHERE id = 5 => product 5, product 6
UPDATE catalog.feature SET id = 9 WHERE id = 1 => product 1
UPDATE catalog.style SET id = 41 WHERE id = 40 => product 4
UPDATE catalog.photo SET id = 9 WHERE id = 100 => style 10
UPDATE catalog.sku SET id = 9 WHERE id = 100 => style 10
UPDATE catalog.related_product SET id = 9 WHERE id = 1 => product 1
-- The key that another row had before the statement.
DELETE FROM catalog.feature WHERE id = 1; UPDATE catalog.feature SET id = id - 1 => product 1, product 2, product 3
UPDATE catalog.feature SET id = id + 8, product_id = 4 - product_id => product 1, product 2, product 3
",
    )
    .await;
}

#[tokio::test]
async fn a_deleted_product_queues_itself_and_products_that_recommend_it() {
    expect_keys_of_five(
        "
-- The keys of its deleted styles resolve to nothing; its own key counts.
DELETE FROM catalog.product WHERE id = 2 => product 1, product 2, style 20
DELETE FROM catalog.style WHERE id = 10 => product 1, style 10
DELETE FROM catalog.product WHERE id = 5; INSERT INTO catalog.product VALUES (5, 'Back', NULL, NULL, NULL, 1) => product 5
DELETE FROM catalog.style WHERE id = 40; INSERT INTO catalog.style VALUES (40, 5, 'Back', NULL, 1, true) => product 4, product 5
",
    )
    .await;
}

#[tokio::test]
async fn statements_that_insert_or_update_queue_both() {
    expect_keys_of_five(
        "
INSERT INTO catalog.product VALUES (1, 'Other', NULL, NULL, NULL, 1), (6, 'New', NULL, NULL, NULL, 1)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name => product 1, product 6
INSERT INTO catalog.sku VALUES (100, 10, 'XS', 8), (200, 20, 'XS', 7), (9, 40, 'M', 1)
    ON CONFLICT (id) DO UPDATE SET quantity = excluded.quantity => style 20, style 40
INSERT INTO catalog.sku VALUES (100, 10, 'XS', 7), (9, 40, 'M', 1) ON CONFLICT DO NOTHING => style 40
MERGE INTO catalog.sku USING (VALUES (100, 10), (9, 40), (300, 30)) AS given (id, style) ON sku.id = given.id
    WHEN MATCHED AND given.style = 10 THEN UPDATE SET quantity = 7
    WHEN MATCHED THEN DELETE
    WHEN NOT MATCHED THEN INSERT VALUES (given.id, given.style, 'M', 1) => style 10, style 30, style 40
WITH gone AS (DELETE FROM catalog.photo WHERE id = 100) UPDATE catalog.sku SET quantity = 7 WHERE id = 200 => style 10, style 20
",
    )
    .await;
}

#[tokio::test]
async fn truncate_queues_every_product() {
    expect_keys_of_five(
        "
TRUNCATE catalog.feature => everything
TRUNCATE catalog.photo => everything
TRUNCATE catalog.sku => everything
TRUNCATE catalog.related_product => everything
TRUNCATE catalog.style CASCADE => everything
TRUNCATE catalog.product CASCADE => everything
TRUNCATE catalog.style, catalog.photo, catalog.sku => everything
",
    )
    .await;
}
