INSERT INTO loop (execution_id, run_id, total, range_start, range_step, started_at, epoch, step, succeeded, aggregates)
SELECT $1, CASE WHEN l.run_id < 0 THEN scope.base - l.run_id ELSE l.run_id END, l.total, l.range_start, l.range_step, l.started_at, l.epoch, l.step, l.succeeded, l.aggregates::json
FROM (SELECT nullif(current_setting('playbook.base', true), '')::bigint AS base) AS scope,
    unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::integer[], $8::text[], $9::bigint[], $10::text[])
        AS l (run_id, total, range_start, range_step, started_at, epoch, step, succeeded, aggregates)
WHERE scope.base IS NOT NULL
