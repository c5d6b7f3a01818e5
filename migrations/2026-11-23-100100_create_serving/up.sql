-- What is served. The request path reads this schema and nothing else.
CREATE SCHEMA serving;
COMMENT ON SCHEMA serving IS 'Composed documents and what keeps them fresh. The only schema that requests read.';

CREATE SEQUENCE serving.document_version;
COMMENT ON SEQUENCE serving.document_version IS 'Source of product_document.version: every document that is written takes the next one.';

CREATE TABLE serving.product_document (
    product_id bigint PRIMARY KEY,
    version bigint NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    listing jsonb COMPRESSION lz4,
    detail jsonb COMPRESSION lz4,
    styles jsonb COMPRESSION lz4,
    related jsonb COMPRESSION lz4,
    card jsonb COMPRESSION lz4,
    CONSTRAINT product_document_complete CHECK (
        deleted OR (listing IS NOT NULL AND detail IS NOT NULL AND styles IS NOT NULL AND related IS NOT NULL AND card IS NOT NULL)
    )
);
CREATE INDEX ON serving.product_document (version);
COMMENT ON TABLE serving.product_document IS 'One row for each product with every answer about it. Its own change feed, by version.';
COMMENT ON COLUMN serving.product_document.product_id IS 'The product.';
COMMENT ON COLUMN serving.product_document.version IS 'Position in the feed; grows with every change of the row.';
COMMENT ON COLUMN serving.product_document.deleted IS 'Tombstone: the product is gone, the documents are null.';
COMMENT ON COLUMN serving.product_document.listing IS 'An element of GET /products.';
COMMENT ON COLUMN serving.product_document.detail IS 'GET /products/{product_id}.';
COMMENT ON COLUMN serving.product_document.styles IS 'GET /products/{product_id}/styles.';
COMMENT ON COLUMN serving.product_document.related IS 'GET /products/{product_id}/related.';
COMMENT ON COLUMN serving.product_document.card IS 'What a page of another product shows of this one.';

CREATE TABLE serving.publication (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch uuid NOT NULL DEFAULT gen_random_uuid(),
    first_version bigint NOT NULL DEFAULT 0,
    last_version bigint NOT NULL DEFAULT 0,
    published_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO serving.publication DEFAULT VALUES;
COMMENT ON TABLE serving.publication IS 'The one row that says which load is being served. Loads lock it, so that there is one at a time.';
COMMENT ON COLUMN serving.publication.only_row IS 'Keeps the table at one row.';
COMMENT ON COLUMN serving.publication.epoch IS 'Changes when every cached document became invalid at once.';
COMMENT ON COLUMN serving.publication.first_version IS 'Every document of this epoch has at least this version.';
COMMENT ON COLUMN serving.publication.last_version IS 'Position of the feed that published_product accounts for.';
COMMENT ON COLUMN serving.publication.published_at IS 'When the load was published.';

CREATE TABLE serving.published_product (
    block bigint PRIMARY KEY,
    offsets bytea COMPRESSION lz4 NOT NULL
);
COMMENT ON TABLE serving.published_product IS 'Ids of the products as they were published, in blocks: a server learns them without reading every document. What changed since is in the feed.';
COMMENT ON COLUMN serving.published_product.block IS 'product_id divided by 65536.';
COMMENT ON COLUMN serving.published_product.offsets IS 'Ids of the block, ascending: the rest of product_id divided by 65536, less 32768, as two bytes each (int2send).';

-- The one definition of a document: bulk builds, refreshes and audits all read it.
--
-- The styles, which are most of a document, are composed as text and cast once: measured a quarter
-- faster than json_build_object, which looks up the type of every argument of every call. Sub-selects
-- that are ordered by an index need no sort in the aggregate.
CREATE VIEW serving.composed_document AS
SELECT
    product.id AS product_id,
    listed.listing,
    listed.listing || jsonb_build_object(
        'features', (
            SELECT COALESCE(jsonb_agg(jsonb_build_object('feature', ordered.feature, 'value', ordered.value)), '[]')
            FROM (
                SELECT feature.feature, feature.value
                FROM catalog.feature
                WHERE feature.product_id = product.id
                ORDER BY feature.id
            ) AS ordered
        )
    ) AS detail,
    concat(
        '{"product_id": "', product.id, '", "results": [',
        (
            SELECT
                string_agg(
                    concat(
                        '{"style_id": ', ordered.id,
                        ', "name": ', to_json(ordered.name),
                        ', "original_price": "', round(ordered.original_price, 2),
                        '", "sale_price": ', COALESCE('"' || nullif(round(ordered.sale_price, 2), 0) || '"', 'null'),
                        ', "default?": ', CASE WHEN ordered.default_style THEN 'true' ELSE 'false' END,
                        ', "photos": [', COALESCE(
                            (
                                SELECT
                                    string_agg(
                                        concat(
                                            '{"thumbnail_url": ', COALESCE(to_json(album.thumbnail_url)::text, 'null'),
                                            ', "url": ', COALESCE(to_json(album.url)::text, 'null'),
                                            '}'
                                        ),
                                        ', '
                                    )
                                FROM (
                                    SELECT photo.thumbnail_url, photo.url
                                    FROM catalog.photo
                                    WHERE photo.style_id = ordered.id
                                    ORDER BY photo.id
                                ) AS album
                            ),
                            '{"thumbnail_url": null, "url": null}'
                        ),
                        '], "skus": {', COALESCE(
                            (
                                SELECT
                                    string_agg(
                                        concat('"', sku.id, '": {"quantity": ', sku.quantity, ', "size": ', to_json(sku.size), '}'),
                                        ', '
                                    )
                                FROM catalog.sku
                                WHERE sku.style_id = ordered.id
                            ),
                            '"null": {"quantity": null, "size": null}'
                        ),
                        '}}'
                    ),
                    ', '
                )
            FROM (
                SELECT style.id, style.name, style.original_price, style.sale_price, style.default_style
                FROM catalog.style
                WHERE style.product_id = product.id
                ORDER BY style.id
            ) AS ordered
        ),
        ']}'
    )::jsonb AS styles,
    COALESCE(
        (
            SELECT jsonb_agg(recommended.related_product_id ORDER BY recommended.first_id)
            FROM (
                SELECT related_product.related_product_id, min(related_product.id) AS first_id
                FROM catalog.related_product
                WHERE related_product.product_id = product.id
                    AND related_product.related_product_id <> product.id
                GROUP BY related_product.related_product_id
            ) AS recommended
        ),
        '[]'
    ) AS related,
    json_build_object(
        'id', product.id,
        'name', product.name,
        'category', product.category,
        'default_price', round(product.default_price, 2)::text,
        'sale_price', nullif(round(shown.sale_price, 2), 0)::text,
        'thumbnail_url', (
            SELECT photo.thumbnail_url
            FROM catalog.photo
            WHERE photo.style_id = shown.id
            ORDER BY photo.id
            LIMIT 1
        )
    )::jsonb AS card
FROM catalog.product
CROSS JOIN LATERAL (
    SELECT
        json_build_object(
            'id', product.id,
            'name', product.name,
            'slogan', product.slogan,
            'description', product.description,
            'category', product.category,
            'default_price', round(product.default_price, 2)::text
        )::jsonb AS listing
    -- Keeps PostgreSQL from composing it once for each use.
    OFFSET 0
) AS listed
LEFT JOIN LATERAL (
    -- The default style, else the first.
    SELECT style.id, style.sale_price
    FROM catalog.style
    WHERE style.product_id = product.id
    ORDER BY style.default_style DESC, style.id
    LIMIT 1
) AS shown ON true;
COMMENT ON VIEW serving.composed_document IS 'Every document recomputed from the source tables; what product_document should hold.';
COMMENT ON COLUMN serving.composed_document.product_id IS 'The product.';
COMMENT ON COLUMN serving.composed_document.listing IS 'An element of GET /products.';
COMMENT ON COLUMN serving.composed_document.detail IS 'GET /products/{product_id}.';
COMMENT ON COLUMN serving.composed_document.styles IS 'GET /products/{product_id}/styles.';
COMMENT ON COLUMN serving.composed_document.related IS 'GET /products/{product_id}/related.';
COMMENT ON COLUMN serving.composed_document.card IS 'What a page of another product shows of this one.';
