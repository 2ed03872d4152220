-- Begins a loop's numbers with those of the newest run of a former loop, when that one summed up the same names from as many samples
-- over all iterations that succeeded there, $6.
WITH scope AS (
    SELECT CASE WHEN $2 < 0 THEN base - $2 ELSE $2 END AS run_id
    FROM (SELECT nullif(current_setting('playbook.base', true), '')::bigint AS base) AS batch WHERE base IS NOT NULL
), former AS MATERIALIZED (
    SELECT l.run_id, l.aggregates FROM loop l WHERE l.execution_id = $3 AND l.step = $4 AND l.epoch = $5 ORDER BY l.run_id DESC LIMIT 1
), begun AS (
    UPDATE loop SET aggregates = former.aggregates
    FROM former, scope
    WHERE loop.execution_id = $1 AND loop.run_id = scope.run_id
      AND (former.aggregates ->> 'iterations')::bigint = $6
      AND loop.aggregates ->> 'samples' = former.aggregates ->> 'samples'
      AND ARRAY(SELECT c ->> 'name' FROM json_array_elements(loop.aggregates -> 'columns') AS c)
        = ARRAY(SELECT c ->> 'name' FROM json_array_elements(former.aggregates -> 'columns') AS c)
    RETURNING loop.run_id
)
INSERT INTO sample (execution_id, run_id, col, lot, number)
SELECT $1, begun.run_id, s.col, s.lot, s.number
FROM begun, former
JOIN sample s ON s.execution_id = $3 AND s.run_id = former.run_id
