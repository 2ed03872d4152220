-- All rows of one execution lie in one partition, so places (ctid) are unambiguous.
DELETE FROM sample WHERE execution_id = $1 AND ctid = ANY (ARRAY(SELECT ctid FROM sample WHERE execution_id = $1 LIMIT $2))
