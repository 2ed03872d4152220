-- Materialized: pulled up, the verdict would be parsed again for each row.
WITH scope AS MATERIALIZED (
    SELECT
        nullif(current_setting('playbook.base', true), '') AS base,
        nullif(current_setting('playbook.accepted', true), '')::boolean[] AS accepted
)
INSERT INTO result (execution_id, run_id, idx, value)
SELECT $1, r.run_id, r.idx, r.value::json
FROM scope, unnest($2::bigint[], $3::bigint[], $4::text[], $5::integer[]) AS r (run_id, idx, value, report)
WHERE scope.base IS NOT NULL AND scope.accepted[r.report]
