-- The type is a constant, so that the few that failed are found by their own index among the many that did not.
SELECT
    e.iteration_index AS idx, e.status, e.attempt, e.duration_ms, e.error, NULL, e.created_at,
    (e.context ->> 'hi')::bigint - e.iteration_index AS size, NULL::bigint,
    (SELECT el.key FROM element el WHERE el.execution_id = $1 AND el.run_id = $2 AND el.idx = e.iteration_index) AS key
FROM event e
WHERE e.execution_id = $1 AND e.run_id = $2 AND e.iteration_index >= $3 AND e.event_type = 'iteration.failed' AND e.status = 'FAILED'
ORDER BY e.iteration_index
LIMIT $4
