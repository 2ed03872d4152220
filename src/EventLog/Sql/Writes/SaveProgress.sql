UPDATE iteration SET progress = $5::json
WHERE execution_id = $1 AND run_id = $2 AND idx = $3 AND fence = $4 AND next_at IS NULL
RETURNING fence
