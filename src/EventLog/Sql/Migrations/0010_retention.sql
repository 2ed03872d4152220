-- When the rows of an ended execution may go, set with its terminal event from the period that it was created with; null: never.
ALTER TABLE execution
    ADD COLUMN retention_seconds bigint DEFAULT 2592000,
    ADD COLUMN expires_at timestamptz;

UPDATE execution SET expires_at = ended_at + interval '30 days' WHERE ended_at IS NOT NULL;

CREATE INDEX execution_expiry ON execution (expires_at) WHERE expires_at IS NOT NULL;
