-- Where an execution stands, as one row of one statement, so that all of it is of one instant.
SELECT
    x.id, x.cluster_uid, x.uid, x.namespace, x.name, x.playbook, x.digest, (SELECT i.workload::text FROM execution_input i WHERE i.execution_id = x.id), x.phase, x.version, x.last_event_id, x.parent_id,
    x.created_at, x.started_at, x.ended_at, x.retry_of, x.max_parallel, x.halvings,
    skeleton.*,
    loops.*,
    open.*
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
        SELECT * FROM event WHERE execution_id = $1 AND event_id > $2 AND iteration_index IS NULL ORDER BY event_id
    ) AS e
) AS skeleton ON true
LEFT JOIN LATERAL (
    SELECT
        array_agg(l.run_id) AS loop_runs,
        array_agg(l.step) AS loop_steps,
        array_agg(l.epoch) AS loop_epochs,
        array_agg(l.total) AS loop_totals,
        array_agg(l.range_start) AS loop_range_starts,
        array_agg(l.range_step) AS loop_range_steps,
        array_agg(l.cursor) AS loop_cursors,
        array_agg(l.succeeded) AS loop_succeeded,
        array_agg(l.failed) AS loop_failed,
        array_agg(l.first_error) AS loop_first_errors,
        array_agg(l.started_at) AS loop_started_ats,
        array_agg(l.stopped) AS loop_stopped,
        array_agg(l.next_start_at) AS loop_next_start_ats,
        array_agg(l.leased) AS loop_leased,
        array_agg(l.executing) AS loop_executing,
        array_agg(l.failures::text) AS loop_failures
    FROM (
        SELECT loop.* FROM loop JOIN step_run s USING (execution_id, run_id) WHERE execution_id = $1 AND s.newest ORDER BY run_id
    ) AS l
) AS loops ON true
LEFT JOIN LATERAL (
    SELECT
        array_agg(i.run_id) AS work_runs,
        array_agg(i.idx) AS work_indexes,
        array_agg(i.fence) AS work_fences,
        array_agg(i.losses) AS work_losses,
        array_agg(i.attempts_used) AS work_attempts,
        array_agg(i.next_at) AS work_next_ats,
        array_agg(i.claimed_by IS NOT NULL) AS work_claimed,
        array_agg(i.size) AS work_sizes
    FROM (SELECT * FROM iteration WHERE execution_id = $1 ORDER BY run_id, idx) AS i
) AS open ON true
WHERE x.id = $1
