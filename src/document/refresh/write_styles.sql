-- Like write.sql, for products of which only photos and skus have changed: only their styles are composed. Products
-- without documents are skipped, since their creation is another change with a key of its own.
WITH fresh AS MATERIALIZED (
    SELECT composed.product_id, asked.changed_at, composed.styles, composed.card
    FROM unnest($1::bigint[], $2::timestamptz[]) AS asked (product_id, changed_at)
    JOIN serving.composed_document AS composed USING (product_id)
)
UPDATE serving.product_document AS stored
SET
    version = nextval('serving.document_version'),
    styles = fresh.styles,
    card = fresh.card,
    changed_at = fresh.changed_at,
    composed_at = clock_timestamp()
FROM fresh
WHERE
    stored.product_id = fresh.product_id
    AND NOT stored.deleted
    AND (stored.styles, stored.card) IS DISTINCT FROM (fresh.styles, fresh.card)
