'use strict';

// One statement per route, which PostgreSQL aggregates from the source tables. With names, node-pg prepares each once
// per connection.

const detail = {
    name: 'detail',
    text: `
        SELECT json_build_object(
            'id', product.id,
            'name', product.name,
            'slogan', product.slogan,
            'description', product.description,
            'category', product.category,
            'default_price', round(product.default_price, 2)::text,
            'features', COALESCE((
                SELECT json_agg(json_build_object('feature', feature.feature, 'value', feature.value) ORDER BY feature.id)
                FROM catalog.feature
                WHERE feature.product_id = product.id
            ), '[]')
        ) AS document
        FROM catalog.product
        WHERE product.id = $1`,
};

const styles = {
    name: 'styles',
    text: `
        SELECT json_build_object(
            'product_id', product.id::text,
            'results', COALESCE((
                SELECT json_agg(json_build_object(
                    'style_id', style.id,
                    'name', style.name,
                    'original_price', round(style.original_price, 2)::text,
                    'sale_price', nullif(round(style.sale_price, 2), 0)::text,
                    'default?', style.default_style,
                    'photos', COALESCE((
                        SELECT json_agg(json_build_object('thumbnail_url', photo.thumbnail_url, 'url', photo.url) ORDER BY photo.id)
                        FROM catalog.photo
                        WHERE photo.style_id = style.id
                    ), '[{"thumbnail_url": null, "url": null}]'),
                    'skus', COALESCE((
                        SELECT json_object_agg(sku.id, json_build_object('quantity', sku.quantity, 'size', sku.size))
                        FROM catalog.sku
                        WHERE sku.style_id = style.id
                    ), '{"null": {"quantity": null, "size": null}}')
                ) ORDER BY style.id)
                FROM catalog.style
                WHERE style.product_id = product.id
            ), '[]')
        ) AS document
        FROM catalog.product
        WHERE product.id = $1`,
};

const related = {
    name: 'related',
    text: `
        SELECT COALESCE((
            SELECT json_agg(recommended.related_product_id ORDER BY recommended.first_id)
            FROM (
                SELECT related_product_id, min(id) AS first_id
                FROM catalog.related_product
                WHERE product_id = product.id AND related_product_id <> product.id
                GROUP BY related_product_id
            ) AS recommended
        ), '[]') AS document
        FROM catalog.product
        WHERE product.id = $1`,
};

module.exports = { detail, styles, related };
