DROP FUNCTION serving.pending_products;
DROP FUNCTION serving.capture_product, serving.capture_product_id, serving.capture_style_id, serving.capture_truncate CASCADE;
DROP FUNCTION serving.capture_bulk;
ALTER TABLE serving.product_document DROP COLUMN composed_at, DROP COLUMN changed_at;
DROP TABLE serving.refresh_failure, serving.refresher, serving.bulk_change, serving.change_queue;
