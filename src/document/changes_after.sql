-- Changes of documents after a version, in order of version.
SELECT
    (SELECT epoch FROM serving.publication),
    product_id,
    version,
    deleted,
    listing ->> 'category',
    extract(epoch FROM composed_at - changed_at)::float8,
    extract(epoch FROM clock_timestamp() - composed_at)::float8
FROM serving.product_document
WHERE version > $1
ORDER BY version
LIMIT $2
