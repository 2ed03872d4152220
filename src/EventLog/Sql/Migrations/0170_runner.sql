-- Which process outside a cluster has an execution, and until when: another may go on with it only afterwards.
CREATE TABLE runner (
    execution_id bigint PRIMARY KEY REFERENCES execution (id) ON DELETE CASCADE,
    name text NOT NULL,
    until timestamptz NOT NULL
);
