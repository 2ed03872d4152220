UPDATE iteration i SET
    losses = i.losses + w.losses,
    attempts_used = coalesce(w.attempts_used, i.attempts_used),
    next_at = w.next_at
FROM (SELECT nullif(current_setting('playbook.base', true), '')::bigint AS base) AS scope,
    unnest($2::bigint[], $3::bigint[], $4::integer[], $5::integer[], $6::timestamptz[]) AS w (run_id, idx, losses, attempts_used, next_at)
WHERE i.execution_id = $1 AND i.run_id = w.run_id AND i.idx = w.idx AND scope.base IS NOT NULL
