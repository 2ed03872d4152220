-- Iterations that were run here, and those carried from a former execution, whose events are not repeated.
(
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
) UNION ALL (
    SELECT
        c.idx,
        false,
        NULL,
        (SELECT e.result::text FROM event e
            WHERE e.execution_id = c.from_execution_id AND e.run_id = c.from_run_id AND e.iteration_index = c.from_idx
              AND e.event_type IN ('iteration.completed', 'iteration.failed')),
        (SELECT r.value::text FROM result r WHERE r.execution_id = c.from_execution_id AND r.run_id = c.from_run_id AND r.idx = c.from_idx)
    FROM carried c
    WHERE c.execution_id = $1 AND c.run_id = $2 AND c.idx >= $3
    ORDER BY c.idx
    LIMIT $4
)
ORDER BY 1
LIMIT $4
