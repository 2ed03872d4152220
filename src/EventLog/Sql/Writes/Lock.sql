-- A statement of its own: what waits here for another writer sees that writer's rows in every statement after it.
SELECT version, ended_at IS NOT NULL FROM execution WHERE id = $1 FOR UPDATE
