-- What its workers say after this changes nothing any more.
WITH ended AS (
    DELETE FROM pool p
    USING (SELECT nullif(current_setting('playbook.base', true), '') AS base) AS scope
    WHERE p.execution_id = $1 AND p.run_id = ANY ($2::bigint[]) AND scope.base IS NOT NULL
    RETURNING p.run_id
)
UPDATE loop l SET leased = 0, executing = 0 FROM ended WHERE l.execution_id = $1 AND l.run_id = ended.run_id
