-- Leaves the $4 samples with the smallest lots of a column; gives the largest of those.
WITH kept AS (
    SELECT lot FROM sample WHERE execution_id = $1 AND run_id = $2 AND col = $3 ORDER BY lot OFFSET $4 - 1 LIMIT 1
), gone AS (
    DELETE FROM sample USING kept WHERE execution_id = $1 AND run_id = $2 AND col = $3 AND sample.lot > kept.lot
)
SELECT lot FROM kept
