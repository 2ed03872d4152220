-- The type is compared as a subquery: as a constant it lets a planner without statistics walk a partial index of all ended iterations.
-- Ascending after event $4, of type $5. Within a type places and ids ascend together, so the number of events of the type up to event $4 is
-- found by bisection: one probe of an index for each doubling of the log.
WITH RECURSIVE total AS (
    SELECT n FROM event_count WHERE execution_id = $1 AND event_type = $5
), bisection (low, high) AS (
    SELECT 0::bigint, n FROM total
    UNION ALL
    SELECT
        CASE WHEN probe.event_id <= $4 THEN probe.type_seq ELSE low END,
        CASE WHEN probe.event_id <= $4 THEN high ELSE probe.type_seq - 1 END
    FROM bisection
    CROSS JOIN LATERAL (
        SELECT type_seq, event_id FROM event
        WHERE execution_id = $1 AND event_type = (SELECT $5) AND type_seq = (low + high + 1) / 2
        -- Keeps the probe a probe: merged into the recursion it may become a join with all events of the type.
        OFFSET 0
    ) AS probe
    WHERE low < high
), skipped AS (
    SELECT low AS n FROM bisection WHERE low = high
)
SELECT
    coalesce((SELECT n FROM total), 0) - coalesce(skipped.n, 0) AS total,
    page.*
FROM execution x
LEFT JOIN skipped ON true
LEFT JOIN LATERAL (
    SELECT
        array_agg(e.event_id) AS event_ids,
        array_agg(e.event_type) AS event_types,
        array_agg(e.status) AS statuses,
        array_agg(e.step) AS steps,
        array_agg(e.epoch) AS epochs,
        array_agg(e.run_id) AS run_ids,
        array_agg(e.iteration_index) AS iteration_indexes,
        array_agg(e.attempt) AS attempts,
        array_agg(e.fence) AS fences,
        array_agg(e.duration_ms) AS durations,
        array_agg(e.context::text) AS contexts,
        array_agg(e.result::text) AS results,
        array_agg(e.error) AS errors,
        array_agg(e.created_at) AS created_ats
    FROM (
        SELECT * FROM event
        WHERE execution_id = $1 AND event_type = (SELECT $5) AND type_seq > skipped.n + ($2 - 1) * $3 AND type_seq <= skipped.n + $2 * $3
        ORDER BY type_seq
    ) AS e
) AS page ON true
WHERE x.id = $1
