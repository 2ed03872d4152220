-- Decides whether a decider's batch goes in. The statements of the batch after this one read playbook.base (the last event id before the
-- batch) and do nothing while it is empty; both settings end with the transaction.
SELECT
    set_config('playbook.accepted', '', true),
    set_config('playbook.base', coalesce((
        SELECT x.last_event_id::text
        FROM execution x
        WHERE x.id = $1 AND x.version = $2 AND x.ended_at IS NULL
          AND NOT EXISTS (
              SELECT FROM unnest($3::bigint[], $4::bigint[], $5::integer[]) AS seen (run_id, idx, fence)
              WHERE NOT EXISTS (
                  SELECT FROM iteration i
                  WHERE i.execution_id = $1 AND i.run_id = seen.run_id AND i.idx = seen.idx AND i.fence = seen.fence))
          AND NOT EXISTS (
              SELECT FROM unnest($6::bigint[], $7::bigint[], $8::boolean[]) AS wanted (run_id, done, is_exact)
              WHERE NOT EXISTS (
                  SELECT FROM loop l JOIN step_run s USING (execution_id, run_id)
                  WHERE l.execution_id = $1 AND l.run_id = wanted.run_id AND s.newest
                      AND CASE WHEN wanted.is_exact THEN l.succeeded + l.failed = wanted.done ELSE l.succeeded + l.failed >= wanted.done END))
    ), ''), true)
