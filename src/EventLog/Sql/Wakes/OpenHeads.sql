SELECT id, last_event_id FROM execution WHERE ended_at IS NULL AND id > $1 ORDER BY id LIMIT $2
