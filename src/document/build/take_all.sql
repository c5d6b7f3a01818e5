-- Takes all keys from the queues, and returns the products that they stand for. A style that is gone leads nowhere: that
-- it went was captured by itself.
WITH single AS (
    DELETE FROM serving.change_queue RETURNING product_id, style_id
), chunk AS (
    DELETE FROM serving.bulk_change WHERE from_product_id IS NULL RETURNING product_ids, style_ids
), changed_style AS (
    SELECT style_id FROM single WHERE style_id IS NOT NULL
    UNION
    SELECT unnest(style_ids) FROM chunk
)
SELECT product_id FROM single WHERE product_id IS NOT NULL
UNION
SELECT unnest(product_ids) FROM chunk
UNION
SELECT style.product_id FROM changed_style JOIN catalog.style ON style.id = changed_style.style_id
ORDER BY 1
