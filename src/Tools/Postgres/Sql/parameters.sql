SELECT coalesce(b.typname, t.typname), t.typcategory::text
FROM pg_prepared_statements s
CROSS JOIN unnest(s.parameter_types) WITH ORDINALITY AS p (type, number)
JOIN pg_type t ON t.oid = p.type
LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
WHERE s.name = 'playbook_parameters'
ORDER BY p.number
