-- What of our own slows down the filling of the empty tables $1 of the schema catalog, as pairs of statements: one that
-- suspends it and one that restores it exactly, in the order in which they have to run. Left alone is everything that
-- somebody else depends on or has changed.
WITH filled AS (
    SELECT format('catalog.%I', name)::regclass AS oid FROM unnest($1::text[]) AS given (name)
), own_index AS (
    SELECT indexrelid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid IN (SELECT oid FROM filled)
        AND relname IN (
            'feature_product_id_id_idx', 'style_product_id_id_idx', 'photo_style_id_id_idx', 'sku_style_id_idx',
            'related_product_product_id_idx', 'related_product_related_product_id_idx'
        )
        AND NOT indisunique AND NOT indisreplident AND NOT indisclustered AND indisvalid
        AND reltablespace = 0 AND reloptions IS NULL AND obj_description(indexrelid, 'pg_class') IS NULL
        AND NOT EXISTS (SELECT FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND refobjid = indexrelid)
        AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = indexrelid AND deptype IN ('x', 'e'))
)
SELECT suspend, restore FROM (
    SELECT 1 AS step, tgrelid::regclass::text || tgname AS name,
        format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname) AS suspend,
        format('ALTER TABLE %s ENABLE %sTRIGGER %I', tgrelid::regclass, CASE tgenabled WHEN 'A' THEN 'ALWAYS ' END, tgname) AS restore
    FROM pg_trigger
    WHERE tgrelid IN (SELECT oid FROM filled) AND NOT tgisinternal AND tgname = 'capture_insert' AND tgenabled IN ('O', 'A')
    UNION ALL
    SELECT 2, conrelid::regclass::text || conname,
        format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
        format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE contype = 'f' AND conrelid IN (SELECT oid FROM filled) AND confrelid IN (SELECT oid FROM filled)
        AND conname IN (
            'feature_product_id_fkey', 'style_product_id_fkey', 'photo_style_id_fkey', 'sku_style_id_fkey',
            'related_product_product_id_fkey', 'related_product_related_product_id_fkey'
        )
        AND convalidated AND obj_description(oid, 'pg_constraint') IS NULL
    UNION ALL
    SELECT 3, indexrelid::regclass::text,
        format('DROP INDEX %s', indexrelid::regclass),
        pg_get_indexdef(indexrelid)
    FROM own_index
) AS suspended
ORDER BY step, name
