WITH version AS (
    INSERT INTO playbook_version (digest, spec) VALUES ($7, $8::json)
    ON CONFLICT (digest) DO NOTHING
), registered AS (
    INSERT INTO execution (id, cluster_uid, uid, namespace, name, playbook, digest, parent_id, created_at, retry_of, retention_seconds)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $9, $10, $12, $13)
    -- An update that changes nothing, because only a touched row is returned, whoever inserted it.
    ON CONFLICT (cluster_uid, uid) DO UPDATE SET uid = excluded.uid
    RETURNING id
), input AS (
    INSERT INTO execution_input (execution_id, workload)
    SELECT id, $11::json FROM registered WHERE id = $1
    ON CONFLICT (execution_id) DO NOTHING
)
SELECT id FROM registered
