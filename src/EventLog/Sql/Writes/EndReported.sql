-- Materialized: pulled up, the verdict would be parsed again for each row.
WITH scope AS MATERIALIZED (
    SELECT
        nullif(current_setting('playbook.base', true), '') AS base,
        nullif(current_setting('playbook.accepted', true), '')::boolean[] AS accepted
)
DELETE FROM iteration i
USING scope, unnest($2::bigint[], $3::bigint[], $4::boolean[]) WITH ORDINALITY AS r (run_id, idx, waits, ord)
WHERE i.execution_id = $1 AND i.run_id = r.run_id AND i.idx = r.idx
  AND scope.base IS NOT NULL AND scope.accepted[r.ord] AND NOT r.waits
