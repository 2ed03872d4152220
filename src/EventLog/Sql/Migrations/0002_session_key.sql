-- What all replicas sign worker sessions with: two random uuids, 244 bits of chance. Never printed.
ALTER TABLE database_identity
    ADD COLUMN session_key bytea NOT NULL
    DEFAULT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');
