SELECT
    x.id, x.cluster_uid, x.uid, x.namespace, x.name, x.playbook, x.digest, (SELECT i.workload::text FROM execution_input i WHERE i.execution_id = x.id), x.phase, x.version, x.last_event_id, x.parent_id,
    x.created_at, x.started_at, x.ended_at, x.retry_of, x.max_parallel, x.halvings
FROM execution x
WHERE x.id = $1
