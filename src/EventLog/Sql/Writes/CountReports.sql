-- Materialized: pulled up, the verdict would be parsed again for each row.
WITH scope AS MATERIALIZED (
    SELECT
        nullif(current_setting('playbook.base', true), '') AS base,
        nullif(current_setting('playbook.accepted', true), '')::boolean[] AS accepted
)
UPDATE loop l SET
    succeeded = l.succeeded + d.succeeded,
    failed = l.failed + d.failed,
    first_error = coalesce(l.first_error, d.first_error)
FROM (
    SELECT r.run_id,
        count(*) FILTER (WHERE r.error IS NULL) AS succeeded,
        count(*) FILTER (WHERE r.error IS NOT NULL) AS failed,
        (array_agg('iteration ' || r.idx || ': ' || r.error ORDER BY r.ord) FILTER (WHERE r.error IS NOT NULL))[1] AS first_error
    FROM scope, unnest($2::bigint[], $3::bigint[], $4::boolean[], $5::text[]) WITH ORDINALITY AS r (run_id, idx, waits, error, ord)
    WHERE scope.base IS NOT NULL AND scope.accepted[r.ord] AND r.idx >= 0 AND NOT r.waits
    GROUP BY r.run_id
) AS d
WHERE l.execution_id = $1 AND l.run_id = d.run_id
