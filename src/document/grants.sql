-- Privileges of each account, with the accounts' names in braces. The owner of the tables migrates and loads.
-- Everything is revoked first, so that the script can be repeated and removes privileges of earlier versions. In one
-- transaction, so that sessions of these accounts see no difference.
REVOKE ALL ON SCHEMA catalog, serving, search FROM {serve}, {refresh}, {write};
REVOKE ALL ON ALL TABLES IN SCHEMA catalog, serving, search FROM {serve}, {refresh}, {write};
REVOKE ALL ON ALL SEQUENCES IN SCHEMA catalog, serving, search FROM {serve}, {refresh}, {write};
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA serving, search FROM PUBLIC, {serve}, {refresh}, {write};

-- Answers requests: documents, and pending changes. It can neither write nor read a source table.
GRANT USAGE ON SCHEMA serving TO {serve};
GRANT SELECT ON serving.product_document, serving.publication, serving.published_product TO {serve};
GRANT SELECT (changed_at) ON serving.change_queue, serving.bulk_change TO {serve};
GRANT EXECUTE ON FUNCTION serving.pending_products TO {serve};
GRANT USAGE ON SCHEMA search TO {serve};
GRANT SELECT ON search.product_words, search.vocabulary TO {serve};
GRANT EXECUTE ON FUNCTION search.words_in, search.stem TO {serve};

-- Composes documents and audits them. It can change no source table.
GRANT USAGE ON SCHEMA catalog, serving TO {refresh};
GRANT SELECT ON ALL TABLES IN SCHEMA catalog TO {refresh};
GRANT SELECT ON serving.composed_document TO {refresh};
GRANT SELECT, INSERT, UPDATE ON serving.product_document TO {refresh};
GRANT USAGE ON SEQUENCE serving.document_version TO {refresh};
-- Locking a row needs the privilege to change it.
GRANT SELECT, UPDATE ON serving.refresher TO {refresh};
GRANT SELECT, DELETE ON serving.change_queue TO {refresh};
GRANT SELECT ON SEQUENCE serving.change_queue_seq_seq TO {refresh};
-- Products that exceed a batch are queued again.
GRANT SELECT, INSERT, DELETE ON serving.bulk_change TO {refresh};
GRANT SELECT, INSERT, UPDATE, DELETE ON serving.refresh_failure TO {refresh};
GRANT EXECUTE ON FUNCTION serving.pending_products, serving.refuse TO {refresh};
-- Triggers write the search terms, as the owner. The audit compares them.
GRANT USAGE ON SCHEMA search TO {refresh};
GRANT SELECT ON search.product_words TO {refresh};
GRANT EXECUTE ON FUNCTION search.words_in, search.words_of TO {refresh};

-- Changes rows. Capture runs with the privileges of the writer, hence the last three. With SECURITY DEFINER it would
-- need a search_path of its own, set and reset for each write, and would only spare the privilege to have a product
-- composed too often.
GRANT USAGE ON SCHEMA catalog, serving TO {write};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA catalog TO {write};
GRANT INSERT (product_id, style_id) ON serving.change_queue TO {write};
GRANT INSERT (product_ids, style_ids) ON serving.bulk_change TO {write};
GRANT EXECUTE ON FUNCTION serving.capture_bulk TO {write};
