SELECT
    e.iteration_index,
    e.event_type = 'iteration.failed' AS failed,
    e.error,
    e.result::text,
    (SELECT r.value::text FROM result r WHERE r.execution_id = $1 AND r.run_id = $2 AND r.idx = e.iteration_index AND e.result IS NULL) AS large
FROM event e
WHERE e.execution_id = $1 AND e.run_id = $2 AND e.iteration_index >= $3 AND e.event_type IN ('iteration.completed', 'iteration.failed')
ORDER BY e.iteration_index
LIMIT $4
