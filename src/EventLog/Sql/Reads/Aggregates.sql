-- The book with the count that it stands at, and its samples, as of one snapshot.
SELECT l.succeeded + l.failed, l.aggregates::text, NULL::smallint, NULL::bigint, NULL::double precision
FROM loop l WHERE l.execution_id = $1 AND l.run_id = $2 AND l.aggregates IS NOT NULL
UNION ALL
SELECT NULL, NULL, s.col, s.lot, s.number FROM sample s WHERE s.execution_id = $1 AND s.run_id = $2
