WITH kept AS (
    UPDATE pool SET ledger = $3::json WHERE execution_id = $1 AND run_id = $2
)
UPDATE loop SET
    leased = $4,
    succeeded = succeeded + $5,
    failed = failed + $6,
    first_error = coalesce(first_error, $7),
    stopped = stopped OR $8,
    executing = $9,
    failures = CASE WHEN $10::text IS NULL THEN failures ELSE merge_failures(failures, $10::jsonb) END
WHERE execution_id = $1 AND run_id = $2
