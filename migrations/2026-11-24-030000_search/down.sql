-- The extensions stay: others may use them.
DROP TRIGGER search_insert ON serving.product_document;
DROP TRIGGER search_update ON serving.product_document;
DROP SCHEMA search CASCADE;
