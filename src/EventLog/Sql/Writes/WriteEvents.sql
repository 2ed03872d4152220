-- Numbers the events that were admitted, counts them by type and moves the execution's row on.
WITH scope AS (
    SELECT
        nullif(current_setting('playbook.base', true), '')::bigint AS base,
        nullif(current_setting('playbook.accepted', true), '')::boolean[] AS accepted
), fresh AS (
    SELECT e.*,
        row_number() OVER (ORDER BY e.ord) AS place,
        row_number() OVER (PARTITION BY e.event_type ORDER BY e.ord) AS type_place,
        count(*) OVER (PARTITION BY e.event_type) AS type_count
    FROM scope, unnest(
        $2::text[], $3::text[], $4::text[], $5::integer[], $6::bigint[], $7::bigint[], $8::integer[], $9::integer[], $10::double precision[],
        $11::text[], $12::text[], $13::text[], $14::timestamptz[], $15::integer[]
    ) WITH ORDINALITY AS e (
        event_type, status, step, epoch, run_id, iteration_index, attempt, fence, duration_ms, context, result, error, created_at, report, ord)
    WHERE scope.base IS NOT NULL AND (scope.accepted IS NULL OR scope.accepted[e.report])
), tally AS (
    INSERT INTO event_count AS c (execution_id, event_type, n)
    SELECT $1, event_type, count(*) FROM fresh GROUP BY event_type
    ON CONFLICT (execution_id, event_type) DO UPDATE SET n = c.n + excluded.n
    RETURNING event_type, n
), head AS (
    UPDATE execution x SET
        last_event_id = scope.base + (SELECT count(*) FROM fresh),
        version = x.version + $16,
        phase = coalesce($17, x.phase),
        started_at = coalesce($18, x.started_at),
        ended_at = coalesce($19, x.ended_at),
        steps = coalesce($20, x.steps),
        steps_done = coalesce($21, x.steps_done),
        expires_at = coalesce($19 + make_interval(secs => x.retention_seconds), x.expires_at)
    FROM scope
    WHERE x.id = $1 AND scope.base IS NOT NULL
    RETURNING x.parent_id
)
INSERT INTO event (
    execution_id, event_id, run_id, iteration_index, type_seq, parent_execution_id, duration_ms, created_at, epoch, attempt, fence,
    event_type, status, step, error, context, result)
SELECT
    $1,
    scope.base + f.place,
    CASE WHEN f.event_type = 'step.started' THEN scope.base + f.place WHEN f.run_id < 0 THEN scope.base - f.run_id ELSE f.run_id END,
    f.iteration_index,
    t.n - f.type_count + f.type_place,
    head.parent_id,
    f.duration_ms,
    f.created_at,
    coalesce(f.epoch, s.epoch),
    f.attempt,
    f.fence,
    f.event_type,
    f.status,
    coalesce(f.step, s.step),
    f.error,
    -- A worker does not say what its chunk was: the row of the work knows.
    CASE WHEN w.size IS NULL THEN f.context::jsonb
        ELSE coalesce(f.context::jsonb, '{}') || jsonb_build_object('lo', f.iteration_index, 'hi', f.iteration_index + w.size) END,
    f.result::jsonb
FROM scope
CROSS JOIN head
CROSS JOIN fresh f
JOIN tally t ON t.event_type = f.event_type
-- Reports name only their run; a decider's events name their step.
LEFT JOIN step_run s ON f.report IS NOT NULL AND s.execution_id = $1 AND s.run_id = f.run_id
LEFT JOIN iteration w ON f.report IS NOT NULL AND w.execution_id = $1 AND w.run_id = f.run_id AND w.idx = f.iteration_index
