DELETE FROM job WHERE execution_id = $1 AND ctid = ANY (ARRAY(SELECT ctid FROM job WHERE execution_id = $1 LIMIT $2))
