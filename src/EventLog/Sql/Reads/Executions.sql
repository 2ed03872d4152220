-- Headers without their workloads, newest first: ids are ordered by time. What is asked for beside is appended as conditions, so that each
-- combination has a plan of its own that walks an index. Beside each stands how far the newest runs of its loops are.
SELECT x.*, p.total, p.succeeded, p.failed
FROM (
    SELECT
        x.id, x.cluster_uid, x.uid, x.namespace, x.name, x.playbook, x.digest, '{}'::text, x.phase, x.version, x.last_event_id, x.parent_id,
        x.created_at, x.started_at, x.ended_at, x.retry_of, x.max_parallel, x.halvings, x.steps, x.steps_done
    FROM execution x
    WHERE x.id < $1 {conditions}
    ORDER BY x.id DESC
    LIMIT $2
) AS x
LEFT JOIN LATERAL (
    SELECT sum(l.total)::bigint AS total, sum(l.succeeded)::bigint AS succeeded, sum(l.failed)::bigint AS failed
    FROM loop l JOIN step_run s USING (execution_id, run_id)
    WHERE l.execution_id = x.id AND s.newest
) AS p ON true
ORDER BY x.id DESC
