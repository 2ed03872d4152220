INSERT INTO element (execution_id, run_id, idx, item)
SELECT $1, CASE WHEN $2 < 0 THEN scope.base - $2 ELSE $2 END, e.ord - 1, e.item::json
FROM (SELECT nullif(current_setting('playbook.base', true), '')::bigint AS base) AS scope,
    unnest($3::text[]) WITH ORDINALITY AS e (item, ord)
WHERE scope.base IS NOT NULL
