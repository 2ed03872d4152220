INSERT INTO element (execution_id, run_id, idx, item, key)
SELECT $1, CASE WHEN $2 < 0 THEN scope.base - $2 ELSE $2 END, e.ord - 1, e.item::json, e.key
FROM (SELECT nullif(current_setting('playbook.base', true), '')::bigint AS base) AS scope,
    unnest($3::text[], $4::text[]) WITH ORDINALITY AS e (item, key, ord)
WHERE scope.base IS NOT NULL
