-- The API shows the executions below one.
CREATE INDEX execution_parent ON execution (parent_id, id) WHERE parent_id IS NOT NULL;
