-- Ids are dense, so page k is a range of ids: $2 the page from 1, $3 its size.
SELECT
    x.last_event_id AS total,
    page.*
FROM execution x
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
        WHERE execution_id = $1 AND event_id <= x.last_event_id - ($2 - 1) * $3 AND event_id > x.last_event_id - $2 * $3
        ORDER BY event_id DESC
    ) AS e
) AS page ON true
WHERE x.id = $1
