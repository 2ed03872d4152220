SELECT item::text FROM element WHERE execution_id = $1 AND run_id = $2 AND idx = $3
