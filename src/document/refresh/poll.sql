-- Pending work for worker $1; others may take over after $2 milliseconds. Finds the queue's oldest row by its index,
-- after the number $3: a scan would visit every dead row.
SELECT
    worker IS NOT DISTINCT FROM $1::uuid OR worked_at < clock_timestamp() - $2::float8 * interval '1 ms' AS is_ours,
    worked_at < clock_timestamp() - $2::float8 * interval '0.25 ms' AS is_heartbeat_due,
    (SELECT seq FROM serving.change_queue WHERE seq > $3::bigint ORDER BY seq LIMIT 1) IS NOT NULL AS has_keys,
    EXISTS (SELECT FROM serving.bulk_change WHERE from_product_id IS NULL) AS has_chunks,
    EXISTS (SELECT FROM serving.bulk_change WHERE from_product_id IS NOT NULL) AS has_backfill,
    EXISTS (SELECT FROM serving.refresh_failure) AS has_failures,
    EXISTS (SELECT FROM serving.refresh_failure WHERE retry_at <= clock_timestamp()) AS has_due_failures
FROM serving.refresher
