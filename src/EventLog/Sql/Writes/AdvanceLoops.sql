UPDATE loop l SET
    cursor = greatest(l.cursor, d.cursor),
    succeeded = l.succeeded + d.succeeded,
    failed = l.failed + d.failed,
    first_error = coalesce(l.first_error, d.first_error),
    failures = CASE WHEN d.failures IS NULL THEN l.failures ELSE merge_failures(l.failures, d.failures::jsonb) END,
    next_start_at = coalesce(d.next_start_at, l.next_start_at)
FROM (SELECT nullif(current_setting('playbook.base', true), '')::bigint AS base) AS scope,
    unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::timestamptz[], $8::text[])
        AS d (run_id, cursor, succeeded, failed, first_error, next_start_at, failures)
WHERE l.execution_id = $1
  AND scope.base IS NOT NULL
  AND l.run_id = CASE WHEN d.run_id < 0 THEN scope.base - d.run_id ELSE d.run_id END
