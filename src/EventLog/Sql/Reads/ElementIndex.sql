SELECT el.idx FROM element el WHERE el.execution_id = $1 AND el.run_id = $2 AND el.key = $3 ORDER BY el.idx LIMIT 1
