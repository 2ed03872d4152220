INSERT INTO runner (execution_id, name, until)
VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
ON CONFLICT (execution_id) DO UPDATE SET name = excluded.name, until = excluded.until
WHERE runner.name = excluded.name OR runner.until < clock_timestamp()
RETURNING until
