-- After the lock, so that it is what no other writer changes.
SELECT run_id, aggregates::text FROM loop WHERE execution_id = $1 AND run_id = ANY ($2) AND aggregates IS NOT NULL
