SELECT name, until FROM runner WHERE execution_id = $1
