WITH pools AS (
    DELETE FROM pool WHERE execution_id = $1 AND nullif(current_setting('playbook.base', true), '') IS NOT NULL RETURNING run_id
), loops AS (
    UPDATE loop l SET leased = 0 FROM pools WHERE l.execution_id = $1 AND l.run_id = pools.run_id
)
DELETE FROM iteration WHERE execution_id = $1 AND nullif(current_setting('playbook.base', true), '') IS NOT NULL
