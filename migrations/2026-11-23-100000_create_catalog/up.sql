-- The source tables: the six files of an export, typed as what they are.
CREATE SCHEMA catalog;
COMMENT ON SCHEMA catalog IS 'Source tables of the product catalogue, one for each file of an export. Requests never read them.';

CREATE TABLE catalog.product (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    slogan text,
    description text,
    category text,
    default_price numeric NOT NULL
);
COMMENT ON TABLE catalog.product IS 'Products (product.csv).';
COMMENT ON COLUMN catalog.product.id IS 'Product id, the number in its URL.';
COMMENT ON COLUMN catalog.product.name IS 'Name shown to shoppers.';
COMMENT ON COLUMN catalog.product.slogan IS 'One line of advertising.';
COMMENT ON COLUMN catalog.product.description IS 'A paragraph about the product.';
COMMENT ON COLUMN catalog.product.category IS 'Category by name, for example Jackets.';
COMMENT ON COLUMN catalog.product.default_price IS 'Price in the shop''s currency, exactly as exported.';

CREATE TABLE catalog.feature (
    id bigint PRIMARY KEY,
    product_id bigint NOT NULL REFERENCES catalog.product ON DELETE CASCADE,
    feature text NOT NULL,
    value text
);
CREATE INDEX ON catalog.feature (product_id, id);
COMMENT ON TABLE catalog.feature IS 'Properties of a product (features.csv), shown in the order of their id.';
COMMENT ON COLUMN catalog.feature.id IS 'Feature id; orders the features of a product.';
COMMENT ON COLUMN catalog.feature.product_id IS 'Product that has the feature.';
COMMENT ON COLUMN catalog.feature.feature IS 'Name of the property, for example Fabric.';
COMMENT ON COLUMN catalog.feature.value IS 'Value of the property; null where the feature is a mere statement.';

CREATE TABLE catalog.style (
    id bigint PRIMARY KEY,
    product_id bigint NOT NULL REFERENCES catalog.product ON DELETE CASCADE,
    name text NOT NULL,
    sale_price numeric,
    original_price numeric NOT NULL,
    default_style boolean NOT NULL
);
CREATE INDEX ON catalog.style (product_id, id);
COMMENT ON TABLE catalog.style IS 'Styles of a product (styles.csv), shown in the order of their id.';
COMMENT ON COLUMN catalog.style.id IS 'Style id; orders the styles of a product.';
COMMENT ON COLUMN catalog.style.product_id IS 'Product that comes in this style.';
COMMENT ON COLUMN catalog.style.name IS 'Name shown to shoppers, for example Black Lenses.';
COMMENT ON COLUMN catalog.style.sale_price IS 'Reduced price; null when there is no sale.';
COMMENT ON COLUMN catalog.style.original_price IS 'Price without a sale.';
COMMENT ON COLUMN catalog.style.default_style IS 'Whether the style is shown first; none or several of a product may be.';

CREATE TABLE catalog.photo (
    id bigint PRIMARY KEY,
    style_id bigint NOT NULL REFERENCES catalog.style ON DELETE CASCADE,
    url text,
    thumbnail_url text
);
CREATE INDEX ON catalog.photo (style_id, id);
COMMENT ON TABLE catalog.photo IS 'Photos of a style (photos.csv), shown in the order of their id.';
COMMENT ON COLUMN catalog.photo.id IS 'Photo id; orders the photos of a style.';
COMMENT ON COLUMN catalog.photo.style_id IS 'Style that the photo shows.';
COMMENT ON COLUMN catalog.photo.url IS 'Address of the full-size picture.';
COMMENT ON COLUMN catalog.photo.thumbnail_url IS 'Address of the small picture.';

CREATE TABLE catalog.sku (
    id bigint PRIMARY KEY,
    style_id bigint NOT NULL REFERENCES catalog.style ON DELETE CASCADE,
    size text NOT NULL,
    quantity bigint NOT NULL
);
CREATE INDEX ON catalog.sku (style_id);
COMMENT ON TABLE catalog.sku IS 'Stock keeping units of a style (skus.csv). Two of one size are two skus.';
COMMENT ON COLUMN catalog.sku.id IS 'Sku id, the key under which it is served.';
COMMENT ON COLUMN catalog.sku.style_id IS 'Style that is in stock.';
COMMENT ON COLUMN catalog.sku.size IS 'Size as text: XS, 7.5, One Size.';
COMMENT ON COLUMN catalog.sku.quantity IS 'Pieces in stock.';

CREATE TABLE catalog.related_product (
    id bigint PRIMARY KEY,
    product_id bigint NOT NULL REFERENCES catalog.product ON DELETE CASCADE,
    related_product_id bigint NOT NULL REFERENCES catalog.product ON DELETE CASCADE
);
CREATE INDEX ON catalog.related_product (product_id);
CREATE INDEX ON catalog.related_product (related_product_id);
COMMENT ON TABLE catalog.related_product IS 'Recommendations (related.csv). May repeat a pair or name the product itself; the view leaves those out.';
COMMENT ON COLUMN catalog.related_product.id IS 'Row id; orders the recommendations of a product.';
COMMENT ON COLUMN catalog.related_product.product_id IS 'Product whose page shows the recommendation.';
COMMENT ON COLUMN catalog.related_product.related_product_id IS 'Product that is recommended.';
