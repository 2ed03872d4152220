DELETE FROM iteration WHERE execution_id = $1 AND nullif(current_setting('playbook.base', true), '') IS NOT NULL
