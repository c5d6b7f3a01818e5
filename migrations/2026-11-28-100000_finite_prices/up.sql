-- NaN and Infinity are values of the type numeric and no prices, and a product has a positive id by contract. A product
-- that breaks this cannot be composed.
CREATE FUNCTION serving.refuse(of_column text, id bigint, value numeric, reason text) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1 AS $$
BEGIN
    RAISE EXCEPTION 'catalog.% of id % is %, which is %', of_column, id, value, reason
        USING ERRCODE = 'numeric_value_out_of_range';
END $$;
COMMENT ON FUNCTION serving.refuse IS 'Fails, and names the column and the row of a value that no document may have.';

-- The one definition of a document: bulk builds, refreshes and audits all read it.
--
-- The styles, which are most of a document, are composed as text and cast once: measured a quarter
-- faster than json_build_object, which looks up the type of every argument of every call. Sub-selects
-- that are ordered by an index need no sort in the aggregate.
--
-- A document that the contract does not allow is not composed: the product keeps the one from before.
CREATE OR REPLACE VIEW serving.composed_document AS
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
                        ', "original_price": "', CASE
                            WHEN ordered.original_price < 'Infinity' AND ordered.original_price > '-Infinity'
                                THEN round(ordered.original_price, 2)
                            ELSE serving.refuse('style.original_price', ordered.id, ordered.original_price, 'no price: set it to a number')
                        END,
                        '", "sale_price": ', COALESCE('"' || nullif(CASE
                            WHEN NOT (ordered.sale_price < 'Infinity' AND ordered.sale_price > '-Infinity')
                                THEN serving.refuse('style.sale_price', ordered.id, ordered.sale_price, 'no price: set it to a number')
                            ELSE round(ordered.sale_price, 2)
                        END, 0) || '"', 'null'),
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
        'id', CASE
            WHEN product.id > 0 THEN product.id
            ELSE serving.refuse('product.id', product.id, product.id, 'no id of a product: it must be positive')::bigint
        END,
        'name', product.name,
        'category', product.category,
        'default_price', CASE
            WHEN product.default_price < 'Infinity' AND product.default_price > '-Infinity'
                THEN round(product.default_price, 2)
            ELSE serving.refuse('product.default_price', product.id, product.default_price, 'no price: set it to a number')
        END::text,
        'sale_price', nullif(CASE
            WHEN NOT (shown.sale_price < 'Infinity' AND shown.sale_price > '-Infinity')
                THEN serving.refuse('style.sale_price', shown.id, shown.sale_price, 'no price: set it to a number')
            ELSE round(shown.sale_price, 2)
        END, 0)::text,
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
            'id', CASE
            WHEN product.id > 0 THEN product.id
            ELSE serving.refuse('product.id', product.id, product.id, 'no id of a product: it must be positive')::bigint
        END,
            'name', product.name,
            'slogan', product.slogan,
            'description', product.description,
            'category', product.category,
            'default_price', CASE
                WHEN product.default_price < 'Infinity' AND product.default_price > '-Infinity'
                    THEN round(product.default_price, 2)
                ELSE serving.refuse('product.default_price', product.id, product.default_price, 'no price: set it to a number')
            END::text
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

-- What was served of such products is not served any more, until they are mended.
WITH refused AS MATERIALIZED (
    SELECT product.id FROM catalog.product
    WHERE NOT (product.default_price < 'Infinity' AND product.default_price > '-Infinity')
    UNION
    SELECT style.product_id FROM catalog.style
    WHERE NOT (style.original_price < 'Infinity' AND style.original_price > '-Infinity')
        OR NOT (style.sale_price < 'Infinity' AND style.sale_price > '-Infinity')
    UNION
    SELECT product.id FROM catalog.product WHERE product.id <= 0
), withdrawn AS (
    UPDATE serving.product_document AS stored SET
        version = nextval('serving.document_version'),
        deleted = true, listing = NULL, detail = NULL, styles = NULL, related = NULL, card = NULL
    FROM refused
    WHERE stored.product_id = refused.id AND NOT stored.deleted
)
INSERT INTO serving.change_queue (product_id) SELECT id FROM refused;
