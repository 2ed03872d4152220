-- The rules of Core's Ingest, for a set of reports: outcome 0 accepted, 1 duplicate, 2 stale, 3 closed, 4 unknown.
-- Of several reports about the same work the first that fits the open delivery wins; the others are judged as if they came after it.
WITH head AS (
    SELECT last_event_id FROM execution WHERE id = $1 AND ended_at IS NULL
), report AS (
    SELECT r.*, i.fence IS NOT NULL AS is_open, coalesce(i.fence = r.fence AND i.next_at IS NULL, false) AS fits
    FROM unnest($2::bigint[], $3::bigint[], $4::integer[], $5::boolean[]) WITH ORDINALITY AS r (run_id, idx, fence, waits, ord)
    LEFT JOIN iteration i ON i.execution_id = $1 AND i.run_id = r.run_id AND i.idx = r.idx
), raced AS (
    SELECT report.*, min(ord) FILTER (WHERE fits) OVER (PARTITION BY run_id, idx) AS winner FROM report
), judged AS (
    SELECT ord, CASE
        WHEN NOT EXISTS (SELECT FROM head) THEN 3
        WHEN ord = winner THEN 0
        WHEN is_open AND (winner IS NULL OR ord < winner OR ($5::boolean[])[winner]) THEN 2
        WHEN idx = -1 AND EXISTS (
            SELECT FROM step_run s WHERE s.execution_id = $1 AND s.run_id = raced.run_id AND s.newest) THEN 1
        WHEN idx >= 0 AND EXISTS (
            SELECT FROM loop l JOIN step_run s USING (execution_id, run_id)
            WHERE l.execution_id = $1 AND l.run_id = raced.run_id AND s.newest AND raced.idx < l.cursor) THEN 1
        ELSE 4
    END AS outcome
    FROM raced
), verdict AS (
    SELECT array_agg(outcome ORDER BY ord) AS outcomes, array_agg(outcome = 0 ORDER BY ord) AS accepted FROM judged
)
SELECT
    outcomes,
    set_config('playbook.accepted', accepted::text, true),
    set_config('playbook.base', CASE WHEN true = ANY (accepted) THEN (SELECT last_event_id::text FROM head) ELSE '' END, true)
FROM verdict
