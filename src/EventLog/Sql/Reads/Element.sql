SELECT found.item FROM (SELECT CASE WHEN $4::bigint IS NULL
    THEN (SELECT e.item::text FROM element e WHERE e.execution_id = $1 AND e.run_id = $2 AND e.idx = $3)
    ELSE (SELECT json_agg(e.item ORDER BY e.idx)::text FROM element e
        WHERE e.execution_id = $1 AND e.run_id = $2 AND e.idx >= $3 AND e.idx < $3 + $4::bigint)
END AS item) AS found
WHERE found.item IS NOT NULL
