-- Retention asks of each expired execution whether another one repeats it.
CREATE INDEX execution_retry_of ON execution (retry_of) WHERE retry_of IS NOT NULL;
