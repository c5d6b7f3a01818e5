-- The right to write documents, until the transaction ends; and whether it is worker $1's turn, when others may
-- take over after $2 milliseconds. Nothing else belongs here: a statement sees what was committed when it
-- began, which for this one may be long before it has the lock.
SELECT worker IS NOT DISTINCT FROM $1::uuid OR worked_at < clock_timestamp() - $2::float8 * interval '1 ms' AS is_ours
FROM serving.refresher
FOR UPDATE
