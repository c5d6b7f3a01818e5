-- How documents stay fresh: every committed change of a source row leaves the key of the product that it
-- belongs to, and whoever holds the row of serving.refresher composes those products again.

-- Appended by every writer, emptied in batches. Keys only, no product only once: writers never wait for each
-- other here, and two changes of one product may both be in it. No constraint: each would slow down every write.
CREATE TABLE serving.change_queue (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id bigint,
    style_id bigint,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (
    -- Every row dies within milliseconds: vacuum by number of dead rows, at full speed.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 2000000000
);
COMMENT ON TABLE serving.change_queue IS 'Products whose source rows were changed, until their documents have been composed again.';
COMMENT ON SEQUENCE serving.change_queue_seq_seq IS 'Source of change_queue.seq.';
COMMENT ON COLUMN serving.change_queue.seq IS 'Order of arrival. Not of commit: a smaller number may become visible later.';
COMMENT ON COLUMN serving.change_queue.product_id IS 'The product that changed.';
COMMENT ON COLUMN serving.change_queue.style_id IS 'Or the style of the product that changed. Which product that is, is asked when it is composed: the style may be moved by another writer meanwhile.';
COMMENT ON COLUMN serving.change_queue.changed_at IS 'When the row was changed; it was committed later.';

-- Changes of many products at once, in chunks, so that they neither flood the queue nor overtake single changes.
CREATE TABLE serving.bulk_change (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_ids bigint[],
    style_ids bigint[],
    from_product_id bigint,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT bulk_change_one_kind CHECK (num_nonnulls(product_ids, style_ids, from_product_id) = 1)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE serving.bulk_change IS 'Like change_queue, for statements that change many products: taken when there is time beside single changes.';
COMMENT ON SEQUENCE serving.bulk_change_seq_seq IS 'Source of bulk_change.seq.';
COMMENT ON COLUMN serving.bulk_change.seq IS 'Order of arrival.';
COMMENT ON COLUMN serving.bulk_change.product_ids IS 'The products that changed, ascending.';
COMMENT ON COLUMN serving.bulk_change.style_ids IS 'Or styles of the products that changed, ascending.';
COMMENT ON COLUMN serving.bulk_change.from_product_id IS 'Or every product there is or was, from this id on (after TRUNCATE).';
COMMENT ON COLUMN serving.bulk_change.changed_at IS 'When the rows were changed; they were committed later.';

CREATE TABLE serving.refresher (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    worker uuid,
    worked_at timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
INSERT INTO serving.refresher DEFAULT VALUES;
COMMENT ON TABLE serving.refresher IS 'The one row whose lock gives the right to write documents. Everybody who writes product_document holds it until the commit.';
COMMENT ON COLUMN serving.refresher.only_row IS 'Keeps the table at one row.';
COMMENT ON COLUMN serving.refresher.worker IS 'The server that does the work. A hint that keeps the others from asking as often; the right is the lock.';
COMMENT ON COLUMN serving.refresher.worked_at IS 'When it was last heard of; others take over some time later.';

CREATE TABLE serving.refresh_failure (
    product_id bigint PRIMARY KEY,
    error text NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    failed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    retry_at timestamptz NOT NULL
);
CREATE INDEX ON serving.refresh_failure (retry_at);
COMMENT ON TABLE serving.refresh_failure IS 'Products whose documents could not be composed. The documents from before are served until it succeeds.';
COMMENT ON COLUMN serving.refresh_failure.product_id IS 'The product.';
COMMENT ON COLUMN serving.refresh_failure.error IS 'What PostgreSQL said the last time.';
COMMENT ON COLUMN serving.refresh_failure.attempts IS 'How often it failed in a row.';
COMMENT ON COLUMN serving.refresh_failure.failed_at IS 'When it failed last.';
COMMENT ON COLUMN serving.refresh_failure.retry_at IS 'When it is tried again, unless a change of the product comes first.';

ALTER TABLE serving.product_document
    ADD COLUMN changed_at timestamptz,
    ADD COLUMN composed_at timestamptz;
COMMENT ON COLUMN serving.product_document.changed_at IS 'When the oldest change was made that this version is the first to show; null for a document that was loaded.';
COMMENT ON COLUMN serving.product_document.composed_at IS 'When this version was written; null for a document that was loaded.';

-- Capture. A trigger for each table and event: transition tables allow no less. Statements that change up to
-- 100 keys queue them one by one; others, besides, in chunks. An update that changes nothing queues nothing.
-- Names are qualified because the body is resolved under the search_path of whoever changes a row.

CREATE FUNCTION serving.capture_bulk(product_keys bigint[], style_keys bigint[]) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO serving.bulk_change (product_ids, style_ids)
    SELECT
        array_agg(key ORDER BY key) FILTER (WHERE product_keys IS NOT NULL),
        array_agg(key ORDER BY key) FILTER (WHERE style_keys IS NOT NULL)
    FROM (
        SELECT numbered.key, (row_number() OVER (ORDER BY numbered.key) - 1) / 200 AS chunk
        FROM unnest(COALESCE(product_keys, style_keys)) AS numbered (key)
    ) AS chunked
    GROUP BY chunk
    ORDER BY chunk;
END;
COMMENT ON FUNCTION serving.capture_bulk IS 'Queues many keys in chunks of 200.';

CREATE FUNCTION serving.capture_product() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    queued bigint;
    key_before bigint;
    key_after bigint;
    is_changed boolean;
BEGIN
    -- One row is what most updates change: measured a sixth faster than what follows.
    IF TG_OP = 'UPDATE' THEN
        SELECT count(*), min(before.id), min(after.id), bool_or(before IS DISTINCT FROM after)
        INTO queued, key_before, key_after, is_changed
        FROM (SELECT * FROM old_rows LIMIT 2) AS before, (SELECT * FROM new_rows LIMIT 2) AS after;
        IF queued <= 1 THEN
            IF is_changed THEN
                INSERT INTO serving.change_queue (product_id) VALUES (key_after);
            END IF;
            IF key_before <> key_after THEN
                INSERT INTO serving.change_queue (product_id) VALUES (key_before);
            END IF;
            RETURN NULL;
        END IF;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO serving.change_queue (product_id)
        SELECT id FROM new_rows LIMIT 101;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO serving.change_queue (product_id)
        SELECT id FROM old_rows LIMIT 101;
    ELSE
        INSERT INTO serving.change_queue (product_id)
        SELECT id FROM old_rows FULL JOIN new_rows USING (id)
        WHERE old_rows IS DISTINCT FROM new_rows
        LIMIT 101;
    END IF;
    GET DIAGNOSTICS queued = ROW_COUNT;
    IF queued <= 100 THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        PERFORM serving.capture_bulk(array_agg(id), NULL) FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM serving.capture_bulk(array_agg(id), NULL) FROM old_rows;
    ELSE
        PERFORM serving.capture_bulk(array_agg(id), NULL)
        FROM old_rows FULL JOIN new_rows USING (id)
        WHERE old_rows IS DISTINCT FROM new_rows;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION serving.capture_product IS 'Queues changed rows of a table whose key is the product.';

CREATE FUNCTION serving.capture_product_id() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    queued bigint;
    key_before bigint;
    key_after bigint;
    is_changed boolean;
BEGIN
    -- One row is what most updates change: measured a sixth faster than what follows.
    IF TG_OP = 'UPDATE' THEN
        SELECT count(*), min(before.product_id), min(after.product_id), bool_or(before IS DISTINCT FROM after)
        INTO queued, key_before, key_after, is_changed
        FROM (SELECT * FROM old_rows LIMIT 2) AS before, (SELECT * FROM new_rows LIMIT 2) AS after;
        IF queued <= 1 THEN
            IF is_changed THEN
                INSERT INTO serving.change_queue (product_id) VALUES (key_after);
            END IF;
            IF key_before <> key_after THEN
                INSERT INTO serving.change_queue (product_id) VALUES (key_before);
            END IF;
            RETURN NULL;
        END IF;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO serving.change_queue (product_id)
        SELECT DISTINCT product_id FROM new_rows LIMIT 101;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO serving.change_queue (product_id)
        SELECT DISTINCT product_id FROM old_rows LIMIT 101;
    ELSE
        INSERT INTO serving.change_queue (product_id)
        SELECT DISTINCT key
        FROM old_rows FULL JOIN new_rows USING (id), unnest(ARRAY[old_rows.product_id, new_rows.product_id]) AS key
        WHERE old_rows IS DISTINCT FROM new_rows AND key IS NOT NULL
        LIMIT 101;
    END IF;
    GET DIAGNOSTICS queued = ROW_COUNT;
    IF queued <= 100 THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        PERFORM serving.capture_bulk(array_agg(DISTINCT product_id), NULL) FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM serving.capture_bulk(array_agg(DISTINCT product_id), NULL) FROM old_rows;
    ELSE
        PERFORM serving.capture_bulk(array_agg(DISTINCT key), NULL)
        FROM old_rows FULL JOIN new_rows USING (id), unnest(ARRAY[old_rows.product_id, new_rows.product_id]) AS key
        WHERE old_rows IS DISTINCT FROM new_rows AND key IS NOT NULL;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION serving.capture_product_id IS 'Queues changed rows of a table that refers to the product: the product before and the one after.';

CREATE FUNCTION serving.capture_style_id() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    queued bigint;
    key_before bigint;
    key_after bigint;
    is_changed boolean;
BEGIN
    -- One row is what most updates change: measured a sixth faster than what follows.
    IF TG_OP = 'UPDATE' THEN
        SELECT count(*), min(before.style_id), min(after.style_id), bool_or(before IS DISTINCT FROM after)
        INTO queued, key_before, key_after, is_changed
        FROM (SELECT * FROM old_rows LIMIT 2) AS before, (SELECT * FROM new_rows LIMIT 2) AS after;
        IF queued <= 1 THEN
            IF is_changed THEN
                INSERT INTO serving.change_queue (style_id) VALUES (key_after);
            END IF;
            IF key_before <> key_after THEN
                INSERT INTO serving.change_queue (style_id) VALUES (key_before);
            END IF;
            RETURN NULL;
        END IF;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO serving.change_queue (style_id)
        SELECT DISTINCT style_id FROM new_rows LIMIT 101;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO serving.change_queue (style_id)
        SELECT DISTINCT style_id FROM old_rows LIMIT 101;
    ELSE
        INSERT INTO serving.change_queue (style_id)
        SELECT DISTINCT key
        FROM old_rows FULL JOIN new_rows USING (id), unnest(ARRAY[old_rows.style_id, new_rows.style_id]) AS key
        WHERE old_rows IS DISTINCT FROM new_rows AND key IS NOT NULL
        LIMIT 101;
    END IF;
    GET DIAGNOSTICS queued = ROW_COUNT;
    IF queued <= 100 THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        PERFORM serving.capture_bulk(NULL, array_agg(DISTINCT style_id)) FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM serving.capture_bulk(NULL, array_agg(DISTINCT style_id)) FROM old_rows;
    ELSE
        PERFORM serving.capture_bulk(NULL, array_agg(DISTINCT key))
        FROM old_rows FULL JOIN new_rows USING (id), unnest(ARRAY[old_rows.style_id, new_rows.style_id]) AS key
        WHERE old_rows IS DISTINCT FROM new_rows AND key IS NOT NULL;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION serving.capture_style_id IS 'Queues changed rows of a table that refers to a style: the style before and the one after.';

CREATE FUNCTION serving.capture_truncate() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO serving.bulk_change (from_product_id) VALUES (-9223372036854775808);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION serving.capture_truncate IS 'Queues every product: TRUNCATE does not tell its rows.';

DO $$
DECLARE
    source record;
BEGIN
    FOR source IN
        SELECT * FROM (VALUES
            ('product', 'capture_product'),
            ('feature', 'capture_product_id'),
            ('style', 'capture_product_id'),
            ('related_product', 'capture_product_id'),
            ('photo', 'capture_style_id'),
            ('sku', 'capture_style_id')
        ) AS captured (name, function)
    LOOP
        EXECUTE format(
            'CREATE TRIGGER capture_insert AFTER INSERT ON catalog.%1$I
                 REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION serving.%2$I();
             CREATE TRIGGER capture_update AFTER UPDATE ON catalog.%1$I
                 REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION serving.%2$I();
             CREATE TRIGGER capture_delete AFTER DELETE ON catalog.%1$I
                 REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION serving.%2$I();
             CREATE TRIGGER capture_truncate AFTER TRUNCATE ON catalog.%1$I
                 FOR EACH STATEMENT EXECUTE FUNCTION serving.capture_truncate()',
            source.name, source.function
        );
    END LOOP;
END
$$;

-- What was promised to be fresh can be asked for: for requests that want their own writes, and for audits.
CREATE FUNCTION serving.pending_products(asked bigint[]) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT product.id
    FROM unnest(asked) AS product (id)
    WHERE
        EXISTS (SELECT FROM serving.change_queue AS queued WHERE queued.product_id = product.id)
        OR EXISTS (
            SELECT FROM serving.change_queue AS queued
            WHERE queued.style_id IN (SELECT style.id FROM catalog.style WHERE style.product_id = product.id)
        )
        OR EXISTS (SELECT FROM serving.bulk_change AS queued WHERE product.id = ANY (queued.product_ids))
        OR EXISTS (
            SELECT FROM serving.bulk_change AS queued
            WHERE queued.style_ids && ARRAY(SELECT style.id FROM catalog.style WHERE style.product_id = product.id)
        )
        OR EXISTS (SELECT FROM serving.bulk_change AS queued WHERE queued.from_product_id <= product.id)
        OR EXISTS (SELECT FROM serving.refresh_failure AS failed WHERE failed.product_id = product.id);
END
$$;
COMMENT ON FUNCTION serving.pending_products IS 'Which of the asked products have changes, committed before this statement, that their documents do not show yet. Its rights are its owner''s, so that who serves need not read the source tables.';
