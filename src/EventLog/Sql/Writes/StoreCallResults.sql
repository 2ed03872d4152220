INSERT INTO result (execution_id, run_id, idx, value)
SELECT $1, CASE WHEN r.run_id < 0 THEN scope.base - r.run_id ELSE r.run_id END, -1, r.value::json
FROM (SELECT nullif(current_setting('playbook.base', true), '')::bigint AS base) AS scope,
    unnest($2::bigint[], $3::text[]) AS r (run_id, value)
WHERE scope.base IS NOT NULL
