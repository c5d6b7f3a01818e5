-- What the tests need beside the sample: enough for several pages, and products that lack something.

INSERT INTO catalog.product (id, name, slogan, description, category, default_price)
SELECT n, 'Everyday Tee ' || n, 'One of many', 'Soft, warm.', 'Shirts', 20 + n FROM generate_series(12, 58) AS n;

-- Two skus of a size, and a size that is sold out; a category with odd characters.
INSERT INTO catalog.product (id, name, slogan, description, category, default_price)
VALUES (101, 'Odds and Ends', 'What was left', 'A little of this, a little of that.', 'Café & Thé', 12.5);
INSERT INTO catalog.style (id, product_id, name, sale_price, original_price, default_style)
VALUES (1001, 101, 'Mixed', NULL, 12.5, true);
INSERT INTO catalog.sku (id, style_id, size, quantity)
VALUES (10001, 1001, 'S', 0), (10002, 1001, 'M', 2), (10003, 1001, 'M', 3);

-- Nothing but a name, and a price with more digits than a number of JavaScript holds.
INSERT INTO catalog.product (id, name, default_price) VALUES (102, 'Bare', 9007199254740993.1);
