SELECT c.oid::regclass::text, a.attname, coalesce(b.typname, t.typname), t.typcategory::text
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
WHERE c.oid = coalesce(to_regclass($1), to_regclass($2))
ORDER BY a.attnum
