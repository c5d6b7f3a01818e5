-- Number of products with a row that differs, before the change or after it.
WITH style AS (
    SELECT style_id FROM atelierex_load.photo
    UNION SELECT style_id FROM atelierex_load.sku
    UNION SELECT stored.style_id FROM atelierex_load.photo JOIN catalog.photo AS stored USING (id)
    UNION SELECT stored.style_id FROM atelierex_load.sku JOIN catalog.sku AS stored USING (id)
)
SELECT count(*) FROM (
    SELECT id FROM atelierex_load.product
    UNION SELECT product_id FROM atelierex_load.feature
    UNION SELECT product_id FROM atelierex_load.style
    UNION SELECT product_id FROM atelierex_load.related_product
    UNION SELECT stored.product_id FROM atelierex_load.feature JOIN catalog.feature AS stored USING (id)
    UNION SELECT stored.product_id FROM atelierex_load.style JOIN catalog.style AS stored USING (id)
    UNION SELECT stored.product_id FROM atelierex_load.related_product JOIN catalog.related_product AS stored USING (id)
    UNION SELECT stored.product_id FROM style JOIN catalog.style AS stored ON stored.id = style_id
    UNION SELECT differing.product_id FROM style JOIN atelierex_load.style AS differing ON differing.id = style_id
) AS affected (product_id)
WHERE product_id IS NOT NULL
