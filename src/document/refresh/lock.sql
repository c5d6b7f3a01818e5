-- Locks the lease until the transaction ends, and returns whether worker $1 may use it; others may take over after $2
-- milliseconds. Nothing else belongs here: a statement sees what was committed when it began, which for this one may be
-- long before it gets the lock.
SELECT worker IS NOT DISTINCT FROM $1::uuid OR worked_at < clock_timestamp() - $2::float8 * interval '1 ms' AS is_ours
FROM serving.refresher
FOR UPDATE
