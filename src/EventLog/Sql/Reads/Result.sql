SELECT value::text FROM result WHERE execution_id = $1 AND run_id = $2 AND idx = $3
