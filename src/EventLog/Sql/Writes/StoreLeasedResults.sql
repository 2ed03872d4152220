INSERT INTO result (execution_id, run_id, idx, value)
SELECT $1, $2, r.idx, r.value::json FROM unnest($3::bigint[], $4::text[]) AS r (idx, value)
