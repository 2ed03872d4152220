-- What the statements of the transaction after this one number from.
SELECT set_config('playbook.accepted', '', true), set_config('playbook.base', $2::text, true) WHERE $1 IS NOT NULL
