DELETE FROM iteration i
USING (SELECT nullif(current_setting('playbook.base', true), '')::bigint AS base) AS scope,
    unnest($2::bigint[], $3::bigint[]) AS w (run_id, idx)
WHERE i.execution_id = $1 AND i.idx = w.idx AND scope.base IS NOT NULL
  AND i.run_id = CASE WHEN w.run_id < 0 THEN scope.base - w.run_id ELSE w.run_id END
