ALTER TABLE serving.published_product DROP COLUMN number;
ALTER TABLE serving.published_product DROP COLUMN category;
DELETE FROM serving.published_product;
INSERT INTO serving.published_product (block, offsets)
SELECT product_id >> 16, string_agg(int2send(((product_id & 65535) - 32768)::smallint), '' ORDER BY product_id)
FROM serving.product_document
WHERE NOT deleted
GROUP BY 1;
ALTER TABLE serving.published_product ADD PRIMARY KEY (block);
COMMENT ON TABLE serving.published_product IS 'Ids of the products as they were published, in blocks: a server learns them without reading every document. What changed since is in the feed.';
COMMENT ON COLUMN serving.published_product.offsets IS 'Ids of the block, ascending: the rest of product_id divided by 65536, less 32768, as two bytes each (int2send).';
