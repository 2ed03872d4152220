SELECT p.ledger::text FROM pool p WHERE p.execution_id = $1 AND p.run_id = $2
