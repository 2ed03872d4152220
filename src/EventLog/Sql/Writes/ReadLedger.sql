-- After the lock, so that it is what no other writer changes.
SELECT x.last_event_id, x.ended_at IS NOT NULL, p.ledger::text, l.succeeded, l.failed, l.stopped, l.first_error, l.aggregates::text, x.parent_id
FROM execution x
LEFT JOIN pool p ON p.execution_id = x.id AND p.run_id = $2
LEFT JOIN loop l ON l.execution_id = x.id AND l.run_id = $2
WHERE x.id = $1
