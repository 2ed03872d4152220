INSERT INTO pool (execution_id, run_id, ledger)
SELECT $1, CASE WHEN p.run_id < 0 THEN scope.base - p.run_id ELSE p.run_id END, '{"returned":[],"leases":[],"members":[]}'
FROM (SELECT nullif(current_setting('playbook.base', true), '')::bigint AS base) AS scope, unnest($2::bigint[]) AS p (run_id)
WHERE scope.base IS NOT NULL
