-- State of the queues.
SELECT
    (SELECT count(*) FROM (SELECT FROM serving.change_queue ORDER BY seq LIMIT 100000) AS counted) AS keys,
    (SELECT count(*) FROM serving.bulk_change) AS chunks,
    COALESCE(EXTRACT(epoch FROM clock_timestamp() - LEAST(
        (SELECT changed_at FROM serving.change_queue ORDER BY seq LIMIT 1),
        (SELECT min(changed_at) FROM serving.bulk_change)
    )), 0)::float8 AS age_seconds,
    (SELECT count(*) FROM serving.refresh_failure) AS quarantined,
    (
        SELECT COALESCE(sum(n_dead_tup), 0)::bigint FROM pg_stat_user_tables
        WHERE relid IN ('serving.change_queue'::regclass, 'serving.bulk_change'::regclass)
    ) AS dead_rows,
    pg_total_relation_size('serving.change_queue') + pg_total_relation_size('serving.bulk_change') AS bytes
