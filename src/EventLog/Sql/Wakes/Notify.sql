SELECT pg_notify('playbook_changed', payload) FROM unnest($1::text[]) AS payload
