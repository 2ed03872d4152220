-- Headers without their workloads.
SELECT
    x.id, x.cluster_uid, x.uid, x.namespace, x.name, x.playbook, x.digest, '{}', x.phase, x.version, x.last_event_id, x.parent_id,
    x.created_at, x.started_at, x.ended_at, x.retry_of, x.max_parallel, x.halvings
FROM execution x
WHERE x.parent_id = ANY ($1)
ORDER BY x.parent_id, x.id
LIMIT $2
