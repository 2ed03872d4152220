-- A new delivery of open work keeps its losses and attempts; the claim belonged to the former delivery.
INSERT INTO iteration (execution_id, run_id, idx, fence, losses, attempts_used, next_at, size)
SELECT $1, CASE WHEN w.run_id < 0 THEN scope.base - w.run_id ELSE w.run_id END, w.idx, w.fence, w.losses, w.attempts_used, w.next_at, w.size
FROM (SELECT nullif(current_setting('playbook.base', true), '')::bigint AS base) AS scope,
    unnest($2::bigint[], $3::bigint[], $4::integer[], $5::integer[], $6::integer[], $7::timestamptz[], $8::integer[])
        AS w (run_id, idx, fence, losses, attempts_used, next_at, size)
WHERE scope.base IS NOT NULL
ON CONFLICT (execution_id, run_id, idx) DO UPDATE
SET fence = excluded.fence, next_at = excluded.next_at, claimed_by = NULL, claimed_at = NULL
