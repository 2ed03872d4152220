UPDATE loop SET aggregates = $3::json WHERE execution_id = $1 AND run_id = $2
