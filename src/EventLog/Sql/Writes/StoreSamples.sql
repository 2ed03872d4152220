-- An iteration has one number, which counts once; a row that is there already is the same one.
INSERT INTO sample (execution_id, run_id, col, lot, number)
SELECT $1, $2, s.col, s.lot, s.number FROM unnest($3::integer[], $4::bigint[], $5::double precision[]) AS s (col, lot, number)
ON CONFLICT DO NOTHING
