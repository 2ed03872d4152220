-- Materialized: pulled up, the verdict would be parsed again for each row.
WITH scope AS MATERIALIZED (
    SELECT
        nullif(current_setting('playbook.base', true), '') AS base,
        nullif(current_setting('playbook.accepted', true), '')::boolean[] AS accepted
)
UPDATE loop l SET
    succeeded = l.succeeded + d.succeeded,
    failed = l.failed + d.failed,
    first_error = coalesce(l.first_error, d.first_error),
    failures = CASE WHEN d.failures IS NULL THEN l.failures ELSE merge_failures(l.failures, d.failures) END,
    stopped = l.stopped OR d.stopped
FROM (
    SELECT r.run_id,
        -- The rows of the work are deleted after this: a chunk counts as its elements.
        coalesce(sum(coalesce(i.size, 1)) FILTER (WHERE r.error IS NULL), 0) AS succeeded,
        coalesce(sum(coalesce(i.size, 1)) FILTER (WHERE r.error IS NOT NULL), 0) AS failed,
        coalesce(bool_or(r.until), false) AS stopped,
        jsonb_agg(jsonb_build_array(r.signature, coalesce(i.size, 1), left(r.error, 200))) FILTER (WHERE r.error IS NOT NULL) AS failures,
        (array_agg('iteration ' || r.idx || ': ' || r.error ORDER BY r.ord) FILTER (WHERE r.error IS NOT NULL))[1] AS first_error
    FROM scope
    CROSS JOIN unnest($2::bigint[], $3::bigint[], $4::boolean[], $5::text[], $6::boolean[], $7::text[]) WITH ORDINALITY AS r (run_id, idx, waits, error, until, signature, ord)
    LEFT JOIN iteration i ON i.execution_id = $1 AND i.run_id = r.run_id AND i.idx = r.idx
    WHERE scope.base IS NOT NULL AND scope.accepted[r.ord] AND r.idx >= 0 AND NOT r.waits
    GROUP BY r.run_id
) AS d
WHERE l.execution_id = $1 AND l.run_id = d.run_id
