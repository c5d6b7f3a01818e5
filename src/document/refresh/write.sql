-- Composes the products $1 and writes those whose documents differ, or are deleted, with the next versions. $2 has the
-- time of the oldest change of each. Materialized, because otherwise each document would be composed for the comparison
-- and once more for the write. The names in braces stand for the columns of a document.
WITH fresh AS MATERIALIZED (
    SELECT
        asked.product_id,
        asked.changed_at,
        composed.product_id IS NULL AS deleted,
        {composed.columns}
    FROM unnest($1::bigint[], $2::timestamptz[]) AS asked (product_id, changed_at)
    LEFT JOIN serving.composed_document AS composed USING (product_id)
)
INSERT INTO serving.product_document (
    product_id, version, deleted, {columns}, changed_at, composed_at
)
SELECT
    fresh.product_id,
    nextval('serving.document_version'),
    fresh.deleted,
    {fresh.columns},
    fresh.changed_at,
    clock_timestamp()
FROM fresh
LEFT JOIN serving.product_document AS stored USING (product_id)
WHERE
    ({stored.columns}) IS DISTINCT FROM ({fresh.columns})
ON CONFLICT (product_id) DO UPDATE SET
    version = excluded.version,
    deleted = excluded.deleted,
    {assignments},
    changed_at = excluded.changed_at,
    composed_at = excluded.composed_at
