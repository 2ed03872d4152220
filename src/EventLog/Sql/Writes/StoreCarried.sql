INSERT INTO carried (execution_id, run_id, idx, from_execution_id, from_run_id, from_idx, size)
SELECT $1, CASE WHEN $2 < 0 THEN scope.base - $2 ELSE $2 END, c.idx, c.from_execution_id, c.from_run_id, c.from_idx, c.size
FROM (SELECT nullif(current_setting('playbook.base', true), '')::bigint AS base) AS scope,
    unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::integer[]) AS c (idx, from_execution_id, from_run_id, from_idx, size)
WHERE scope.base IS NOT NULL
