-- Products of the keys: of products $1 and of styles $3, changed at $2 and $4. With the number of source rows of each,
-- and whether more than photos and skus may have changed; ordered by age. The key of a deleted style resolves to
-- nothing, since its deletion was captured with a key of its own.
SELECT
    changed.product_id,
    changed.changed_at,
    1 + CASE
        WHEN changed.is_whole THEN
            (SELECT count(*) FROM catalog.feature WHERE feature.product_id = changed.product_id)
            + (SELECT count(*) FROM catalog.related_product WHERE related_product.product_id = changed.product_id)
        ELSE 0
    END
    + (
        SELECT COALESCE(sum(
            1 + (SELECT count(*) FROM catalog.photo WHERE photo.style_id = style.id)
            + (SELECT count(*) FROM catalog.sku WHERE sku.style_id = style.id)
        ), 0)::bigint
        FROM catalog.style
        WHERE style.product_id = changed.product_id
    ) AS weight,
    changed.is_whole
FROM (
    SELECT keys.product_id, min(keys.changed_at) AS changed_at, bool_or(keys.is_whole) AS is_whole
    FROM (
        SELECT named.product_id, named.changed_at, true AS is_whole
        FROM unnest($1::bigint[], $2::timestamptz[]) AS named (product_id, changed_at)
        UNION ALL
        SELECT style.product_id, named.changed_at, false
        FROM unnest($3::bigint[], $4::timestamptz[]) AS named (style_id, changed_at)
        JOIN catalog.style ON style.id = named.style_id
    ) AS keys
    GROUP BY keys.product_id
) AS changed
ORDER BY changed.changed_at, changed.product_id
