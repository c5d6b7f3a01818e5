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
    product_ids bigint[] COMPRESSION lz4 NOT NULL
);
COMMENT ON TABLE serving.published_product IS 'Ids of the products as they were published, in blocks: a server learns them without reading every document. What changed since is in the feed.';
COMMENT ON COLUMN serving.published_product.block IS 'product_id divided by 65536.';
COMMENT ON COLUMN serving.published_product.product_ids IS 'Ids of the block, ascending.';

-- The one definition of a document: bulk builds, refreshes and audits all read it.
-- Built as json text and cast to jsonb once, which measured faster than nested jsonb_build_object.
CREATE VIEW serving.composed_document AS
SELECT
    product.id AS product_id,
    json_build_object(
        'id', product.id,
        'name', product.name,
        'slogan', product.slogan,
        'description', product.description,
        'category', product.category,
        'default_price', round(product.default_price, 2)::text
    )::jsonb AS listing,
    json_build_object(
        'id', product.id,
        'name', product.name,
        'slogan', product.slogan,
        'description', product.description,
        'category', product.category,
        'default_price', round(product.default_price, 2)::text,
        'features', COALESCE(
            (
                SELECT json_agg(json_build_object('feature', feature.feature, 'value', feature.value) ORDER BY feature.id)
                FROM catalog.feature
                WHERE feature.product_id = product.id
            ),
            '[]'::json
        )
    )::jsonb AS detail,
    json_build_object(
        'product_id', product.id::text,
        'results', COALESCE(
            (
                SELECT
                    json_agg(
                        json_build_object(
                            'style_id', style.id,
                            'name', style.name,
                            'original_price', round(style.original_price, 2)::text,
                            'sale_price', round(nullif(style.sale_price, 0), 2)::text,
                            'default?', style.default_style,
                            'photos', COALESCE(
                                (
                                    SELECT json_agg(json_build_object('thumbnail_url', photo.thumbnail_url, 'url', photo.url) ORDER BY photo.id)
                                    FROM catalog.photo
                                    WHERE photo.style_id = style.id
                                ),
                                '[{"thumbnail_url": null, "url": null}]'::json
                            ),
                            'skus', COALESCE(
                                (
                                    SELECT json_object_agg(sku.id, json_build_object('quantity', sku.quantity, 'size', sku.size))
                                    FROM catalog.sku
                                    WHERE sku.style_id = style.id
                                ),
                                '{"null": {"quantity": null, "size": null}}'::json
                            )
                        )
                        ORDER BY style.id
                    )
                FROM catalog.style
                WHERE style.product_id = product.id
            ),
            '[]'::json
        )
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
        '[]'::jsonb
    ) AS related,
    json_build_object(
        'id', product.id,
        'name', product.name,
        'category', product.category,
        'default_price', round(product.default_price, 2)::text,
        'sale_price', round(nullif(shown.sale_price, 0), 2)::text,
        'thumbnail_url', (
            SELECT photo.thumbnail_url
            FROM catalog.photo
            WHERE photo.style_id = shown.id
            ORDER BY photo.id
            LIMIT 1
        )
    )::jsonb AS card
FROM catalog.product
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
