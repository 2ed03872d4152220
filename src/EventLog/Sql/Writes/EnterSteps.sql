WITH scope AS (
    SELECT nullif(current_setting('playbook.base', true), '')::bigint AS base
), entered AS (
    SELECT scope.base + e.place AS run_id, e.step, e.epoch, e.place = max(e.place) OVER (PARTITION BY e.step) AS newest
    FROM scope, unnest($2::text[], $3::integer[], $4::integer[]) AS e (step, epoch, place)
    WHERE scope.base IS NOT NULL
), former AS (
    UPDATE step_run s SET newest = false
    FROM entered
    WHERE s.execution_id = $1 AND s.step = entered.step AND s.newest
)
INSERT INTO step_run (execution_id, run_id, epoch, newest, step)
SELECT $1, run_id, epoch, newest, step FROM entered
