-- The type is compared as a subquery: as a constant it lets a planner without statistics walk a partial index of all ended iterations.
-- Places within a type are dense too, so a filtered page is a range of places; $5 is the type.
SELECT
    coalesce(c.n, 0) AS total,
    page.*
FROM execution x
LEFT JOIN event_count c ON c.execution_id = $1 AND c.event_type = $5
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
        WHERE execution_id = $1 AND event_type = (SELECT $5) AND type_seq <= c.n - ($2 - 1) * $3 AND type_seq > c.n - $2 * $3
        ORDER BY type_seq DESC
    ) AS e
) AS page ON true
WHERE x.id = $1
