-- Counts events by type before they are written, and says how many of each type there are then. Only under the execution's lock.
WITH head AS (
    UPDATE execution SET last_event_id = $4 WHERE id = $1
)
INSERT INTO event_count AS c (execution_id, event_type, n)
SELECT $1, e.event_type, e.n FROM unnest($2::text[], $3::bigint[]) AS e (event_type, n)
ON CONFLICT (execution_id, event_type) DO UPDATE SET n = c.n + excluded.n
RETURNING event_type, n
