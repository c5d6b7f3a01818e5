-- The one definition of a document: bulk builds, refreshes and audits all read it.
--
-- The styles, which are most of a document, are composed as text and cast once: measured a quarter
-- faster than json_build_object, which looks up the type of every argument of every call. Sub-selects
-- that are ordered by an index need no sort in the aggregate.
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

DROP FUNCTION serving.refuse;
