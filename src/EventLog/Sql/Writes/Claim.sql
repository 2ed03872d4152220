WITH claimed AS (
    UPDATE iteration SET claimed_by = $5, claimed_at = coalesce(claimed_at, now())
    WHERE execution_id = $1 AND run_id = $2 AND idx = $3 AND fence = $4 AND next_at IS NULL AND (claimed_by IS NULL OR claimed_by = $5)
    RETURNING attempts_used, size, progress
)
SELECT
    claimed.attempts_used,
    CASE WHEN claimed.size IS NULL
        THEN (SELECT e.item::text FROM element e WHERE e.execution_id = $1 AND e.run_id = $2 AND e.idx = $3)
        ELSE (SELECT json_agg(e.item ORDER BY e.idx)::text FROM element e
            WHERE e.execution_id = $1 AND e.run_id = $2 AND e.idx >= $3 AND e.idx < $3 + claimed.size)
    END AS item,
    x.ended_at IS NOT NULL AS ended,
    i.fence,
    i.next_at IS NOT NULL AS waits,
    claimed.size,
    claimed.progress::text
FROM (SELECT 1) AS one
LEFT JOIN claimed ON true
LEFT JOIN execution x ON x.id = $1
LEFT JOIN iteration i ON i.execution_id = $1 AND i.run_id = $2 AND i.idx = $3
