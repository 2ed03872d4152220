WITH run AS MATERIALIZED (
    SELECT l.run_id FROM loop l WHERE l.execution_id = $1 AND l.step = $2 AND l.epoch = $3 ORDER BY l.run_id DESC LIMIT 1
), found AS (
    (
        SELECT e.iteration_index AS idx, $1::bigint AS from_execution_id, e.run_id AS from_run_id, e.iteration_index AS from_idx,
            ((e.context ->> 'hi')::bigint - (e.context ->> 'lo')::bigint)::integer AS size
        FROM event e
        WHERE e.execution_id = $1 AND e.run_id = (SELECT run_id FROM run) AND e.iteration_index >= $4
          AND e.event_type IN ('iteration.completed', 'iteration.failed') AND e.event_type = 'iteration.completed'
        ORDER BY e.iteration_index
        LIMIT $5
    ) UNION ALL (
        SELECT c.idx, c.from_execution_id, c.from_run_id, c.from_idx, c.size
        FROM carried c
        WHERE c.execution_id = $1 AND c.run_id = (SELECT run_id FROM run) AND c.idx >= $4
        ORDER BY c.idx
        LIMIT $5
    )
)
SELECT f.idx, (SELECT el.key FROM element el WHERE el.execution_id = $1 AND el.run_id = (SELECT run_id FROM run) AND el.idx = f.idx),
    f.size, f.from_execution_id, f.from_run_id, f.from_idx
FROM found f
ORDER BY f.idx
LIMIT $5
