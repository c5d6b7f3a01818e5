-- What keeps this account from merging rows into the tables $1 of the schema catalog, whose columns $2 (as table.column)
-- are filled: a row for each obstacle, with its kind, the table and a name.
WITH named AS (
    SELECT name, to_regclass(format('catalog.%I', name)) AS oid FROM unnest($1::text[]) WITH ORDINALITY AS given (name, place)
), filled AS (
    SELECT split_part(name, '.', 1) AS table_name, split_part(name, '.', 2) AS column_name FROM unnest($2::text[]) AS given (name)
)
SELECT 'missing table' AS kind, named.name AS table_name, '' AS object_name FROM named WHERE oid IS NULL
UNION ALL
SELECT 'owner', named.name, pg_get_userbyid(relowner)::text
FROM named JOIN pg_class USING (oid) WHERE NOT pg_has_role(relowner, 'USAGE')
UNION ALL
SELECT 'row security', named.name, '' FROM named WHERE oid IS NOT NULL AND row_security_active(oid)
UNION ALL
SELECT 'missing column', table_name, column_name
FROM filled JOIN named ON named.name = table_name
WHERE named.oid IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = named.oid AND attname = column_name AND NOT attisdropped AND attgenerated = ''
)
UNION ALL
SELECT 'unfilled column', named.name, attname::text
FROM named JOIN pg_attribute ON attrelid = named.oid
WHERE attnum > 0 AND NOT attisdropped AND attnotnull AND NOT atthasdef AND attidentity = '' AND attgenerated = ''
    AND NOT EXISTS (SELECT FROM filled WHERE table_name = named.name AND column_name = attname)
UNION ALL
SELECT 'capture', named.name, wanted.name
FROM named, unnest(ARRAY['capture_insert', 'capture_update', 'capture_delete']) AS wanted (name)
WHERE named.oid IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_trigger WHERE tgrelid = named.oid AND tgname = wanted.name AND tgenabled IN ('O', 'A')
)
