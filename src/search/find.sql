-- The epoch, and the products that have all words, those with all in the name first.
WITH asked AS MATERIALIZED (
    SELECT (in_name || of_category)::tsquery AS in_name, (anywhere || of_category)::tsquery AS anywhere
    FROM (
        SELECT in_name, anywhere, coalesce('&''@' || md5(category) || '''', '') AS of_category
        FROM (SELECT $1::text AS in_name, $2::text AS anywhere, $3::text AS category) AS given
    ) AS marked
), named AS MATERIALIZED (
    SELECT * FROM ({in_name}) AS part LIMIT {max_results}
), others AS MATERIALIZED (
    SELECT * FROM ({elsewhere}) AS part LIMIT {max_results} - (SELECT count(*) FROM named)
)
SELECT epoch, ARRAY(
    SELECT product_id
    FROM (SELECT 0 AS place, * FROM named UNION ALL SELECT 1 AS place, * FROM others) AS found
    ORDER BY place, ts_rank('{{weights}}', words, (SELECT anywhere FROM asked)) DESC, product_id
)
FROM serving.publication
