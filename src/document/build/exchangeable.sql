-- Tells whether nothing of anybody else depends on the tables $1: views, foreign keys, publications, policies, own triggers.
WITH own AS (SELECT name::regclass AS oid FROM unnest($1::text[]) AS given (name))
SELECT NOT (
    EXISTS (
        SELECT FROM pg_depend JOIN own ON refobjid = own.oid
        WHERE refclassid = 'pg_class'::regclass AND classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_policy'::regclass)
    )
    OR EXISTS (SELECT FROM pg_constraint JOIN own ON confrelid = own.oid WHERE contype = 'f')
    OR EXISTS (SELECT FROM pg_publication_rel JOIN own ON prrelid = own.oid)
    OR EXISTS (SELECT FROM pg_statistic_ext JOIN own ON stxrelid = own.oid)
    OR EXISTS (SELECT FROM pg_class JOIN own USING (oid) WHERE relrowsecurity OR relreplident <> 'd')
    OR EXISTS (
        SELECT FROM pg_trigger JOIN own ON tgrelid = own.oid
        WHERE NOT tgisinternal AND (tgname NOT IN ('search_insert', 'search_update') OR tgenabled <> 'O')
    )
)
