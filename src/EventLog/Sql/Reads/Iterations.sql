-- Iterations of a run from index $3 on that have ended (here, or in a former execution whose results they carry) or have a delivery of their own.
-- $5 a status, or null.
SELECT
    i.*,
    (SELECT el.key FROM element el WHERE el.execution_id = $1 AND el.run_id = $2 AND el.idx = i.idx) AS key
FROM (
    (
        SELECT
            e.iteration_index AS idx, e.status, e.attempt, e.duration_ms, e.error, e.result::text AS result, e.created_at AS ended_at,
            (e.context ->> 'hi')::bigint - e.iteration_index AS size, NULL::bigint AS carried_from
        FROM event e
        WHERE e.execution_id = $1 AND e.run_id = $2 AND e.iteration_index >= $3 AND e.event_type IN ('iteration.completed', 'iteration.failed')
          AND ($5 IS NULL OR e.status = $5)
        ORDER BY e.iteration_index
        LIMIT $4
    ) UNION ALL (
        SELECT c.idx, 'COMPLETED', NULL, NULL, NULL, NULL, NULL, c.size, c.from_execution_id
        FROM carried c
        WHERE c.execution_id = $1 AND c.run_id = $2 AND c.idx >= $3 AND ($5 IS NULL OR $5 = 'COMPLETED')
        ORDER BY c.idx
        LIMIT $4
    ) UNION ALL (
        SELECT o.idx, CASE WHEN o.next_at IS NULL THEN 'RUNNING' ELSE 'PENDING' END, o.attempts_used + 1, NULL, NULL, NULL, NULL, o.size, NULL
        FROM iteration o
        WHERE o.execution_id = $1 AND o.run_id = $2 AND o.idx >= $3
          AND ($5 IS NULL OR $5 = CASE WHEN o.next_at IS NULL THEN 'RUNNING' ELSE 'PENDING' END)
        ORDER BY o.idx
        LIMIT $4
    )
) AS i
ORDER BY i.idx
LIMIT $4
