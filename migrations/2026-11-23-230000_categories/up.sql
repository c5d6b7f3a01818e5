-- Servers learn which category each published product is in together with its id: a row for each block of ids and
-- category. No key has the category in it: a name may be longer than what an index takes.
ALTER TABLE serving.published_product DROP CONSTRAINT published_product_pkey;
ALTER TABLE serving.published_product ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
ALTER TABLE serving.published_product ADD COLUMN category text;
COMMENT ON TABLE serving.published_product IS 'Ids and categories of the products as they were published, in blocks: a server learns them without reading every document. What changed since is in the feed.';
COMMENT ON SEQUENCE serving.published_product_number_seq IS 'Source of published_product.number.';
COMMENT ON COLUMN serving.published_product.number IS 'Tells the rows apart.';
COMMENT ON COLUMN serving.published_product.category IS 'The category of all products of the row; null for those that have none.';
COMMENT ON COLUMN serving.published_product.offsets IS 'Ids of the row in any order: the rest of product_id divided by 65536, less 32768, as two bytes each (int2send).';

-- As if it had been published now: what changed since the publication is told by the feed once more.
DELETE FROM serving.published_product;
INSERT INTO serving.published_product (block, category, offsets)
SELECT product_id >> 16, listing ->> 'category', string_agg(int2send(((product_id & 65535) - 32768)::smallint), '')
FROM serving.product_document
WHERE NOT deleted
GROUP BY 1, 2;
