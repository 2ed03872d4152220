-- Chunks, until, rate limits, progress of page sinks, and executions that repeat another one's failures.

-- size: elements of a chunk. progress: how far the page sinks of a paginated call have got, kept over deliveries.
ALTER TABLE iteration ADD COLUMN size integer, ADD COLUMN progress json;

ALTER TABLE loop ADD COLUMN stopped boolean NOT NULL DEFAULT false, ADD COLUMN next_start_at timestamptz;

-- The name of the element, where the loop has a key.
ALTER TABLE element ADD COLUMN key text COLLATE "C";

ALTER TABLE execution ADD COLUMN retry_of bigint;

-- Iterations that were not run because a former execution had done them: where their results are.
CREATE TABLE carried (
    execution_id bigint NOT NULL,
    run_id bigint NOT NULL,
    idx bigint NOT NULL,
    from_execution_id bigint NOT NULL,
    from_run_id bigint NOT NULL,
    from_idx bigint NOT NULL,
    size integer,
    PRIMARY KEY (execution_id, run_id, idx)
) PARTITION BY RANGE (execution_id);

CREATE TABLE carried_default PARTITION OF carried DEFAULT;
