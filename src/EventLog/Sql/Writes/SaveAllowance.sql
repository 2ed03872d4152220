UPDATE execution SET max_parallel = $2, halvings = $3
WHERE id = $1 AND ended_at IS NULL
