-- What a bare clone of $1 lacks, as statements. Run with the table's schema as search_path.
WITH model AS (
    SELECT oid, relname, relowner, relacl, reloptions FROM pg_class WHERE oid = $1::text::regclass
), needed (step, phase, sql) AS (
    SELECT 1, 'index', format('ALTER TABLE %I ADD CONSTRAINT %I %s', relname, conname, pg_get_constraintdef(pg_constraint.oid, true))
    FROM model JOIN pg_constraint ON conrelid = model.oid
    WHERE contype IN ('p', 'u', 'x')
    UNION ALL
    SELECT 2, 'index', pg_get_indexdef(indexrelid, 0, true)
    FROM model JOIN pg_index ON indrelid = model.oid
    WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
    UNION ALL
    SELECT 5, 'finish', pg_get_triggerdef(pg_trigger.oid, true)
    FROM model JOIN pg_trigger ON tgrelid = model.oid
    WHERE NOT tgisinternal
    UNION ALL
    SELECT 6, 'finish', format('COMMENT ON TABLE %I IS %L', relname, obj_description(oid, 'pg_class'))
    FROM model
    UNION ALL
    -- Default privileges give a new table rights that its model may not have.
    SELECT DISTINCT 7, 'finish', format(
        'REVOKE ALL ON %I FROM %s', model.relname,
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END
    )
    FROM model JOIN pg_class AS staged ON staged.relname = model.relname AND staged.relnamespace = 'atelierex_load'::regnamespace,
        aclexplode(COALESCE(staged.relacl, acldefault('r', staged.relowner)))
    UNION ALL
    SELECT 8, 'finish', format(
        'GRANT %s ON %I TO %s%s', privilege_type, relname,
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
        CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END
    )
    FROM model, aclexplode(COALESCE(relacl, acldefault('r', relowner)))
    UNION ALL
    SELECT 8, 'finish', format(
        'GRANT %s (%I) ON %I TO %s%s', privilege_type, attname, relname,
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
        CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END
    )
    FROM model JOIN pg_attribute ON attrelid = model.oid, aclexplode(attacl)
    UNION ALL
    SELECT 9, 'finish', format(
        'GRANT USAGE, CREATE ON SCHEMA atelierex_load TO %1$s; ALTER TABLE %2$I OWNER TO %1$s', relowner::regrole, relname
    )
    FROM model
    WHERE relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
    UNION ALL
    SELECT 10, 'finish', format('ALTER TABLE %I SET (%s)', relname, array_to_string(reloptions, ', '))
    FROM model
    WHERE reloptions IS NOT NULL
)
SELECT phase, sql FROM needed ORDER BY step, sql
