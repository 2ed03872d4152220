-- Headers without their workloads, newest first: ids are ordered by time. What is asked for beside is appended as conditions, so that each
-- combination has a plan of its own that walks an index.
SELECT
    x.id, x.cluster_uid, x.uid, x.namespace, x.name, x.playbook, x.digest, '{}', x.phase, x.version, x.last_event_id, x.parent_id,
    x.created_at, x.started_at, x.ended_at, x.retry_of, x.max_parallel, x.halvings
FROM execution x
WHERE x.id < $1 {conditions}
ORDER BY x.id DESC
LIMIT $2
