-- Migrations are append-only: a released file is never changed, a new number is added instead.

CREATE TABLE database_identity (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO database_identity DEFAULT VALUES;

CREATE TABLE playbook_version (
    digest text COLLATE "C" PRIMARY KEY,
    spec json NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- The hot row of an execution: locked first by every write. Half-empty pages and no index on what changes keep its updates in place.
CREATE TABLE execution (
    id bigint PRIMARY KEY,
    version bigint NOT NULL DEFAULT 0,
    last_event_id bigint NOT NULL DEFAULT 0,
    parent_id bigint,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    phase text COLLATE "C" NOT NULL DEFAULT 'Pending'
        CHECK (phase IN ('Pending', 'Running', 'Suspended', 'Cancelling', 'Completed', 'Failed', 'Cancelled')),
    cluster_uid text COLLATE "C" NOT NULL,
    uid text COLLATE "C" NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    playbook text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL REFERENCES playbook_version (digest),
    UNIQUE (cluster_uid, uid)
) WITH (fillfactor = 50);

-- ended_at changes once in a life, so updates of an open execution stay heap-only.
CREATE INDEX execution_open ON execution (id) WHERE ended_at IS NULL;

-- Apart from the hot row, which is rewritten with every batch.
CREATE TABLE execution_input (
    execution_id bigint PRIMARY KEY REFERENCES execution (id) ON DELETE CASCADE,
    workload json NOT NULL
);

-- Ids are time-ordered, so a range of ids is a range of days: partitions by execution_id keep every unique index legal.
CREATE TABLE event (
    execution_id bigint NOT NULL,
    event_id bigint NOT NULL,
    run_id bigint,
    iteration_index bigint,
    type_seq bigint NOT NULL,
    parent_execution_id bigint,
    duration_ms double precision,
    created_at timestamptz NOT NULL,
    epoch integer,
    attempt integer,
    fence integer,
    event_type text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL
        CHECK (status IN ('PENDING', 'STARTED', 'RUNNING', 'COMPLETED', 'FAILED', 'SKIPPED', 'CANCELLED', 'PAUSED')),
    step text COLLATE "C",
    error text,
    context jsonb,
    result jsonb,
    PRIMARY KEY (execution_id, event_id)
) PARTITION BY RANGE (execution_id);

CREATE TABLE event_default PARTITION OF event DEFAULT;

CREATE UNIQUE INDEX event_type_seq ON event (execution_id, event_type, type_seq) INCLUDE (event_id);
CREATE INDEX event_skeleton ON event (execution_id, event_id) WHERE iteration_index IS NULL;
CREATE UNIQUE INDEX event_one_end ON event (execution_id)
    WHERE event_type IN ('playbook.completed', 'playbook.failed', 'execution.cancelled');
CREATE UNIQUE INDEX event_one_iterator_end ON event (execution_id, run_id)
    WHERE event_type IN ('iterator.completed', 'iterator.failed');
CREATE UNIQUE INDEX event_one_iteration_end ON event (execution_id, run_id, iteration_index)
    WHERE event_type IN ('iteration.completed', 'iteration.failed');
CREATE UNIQUE INDEX event_one_call_end ON event (execution_id, run_id)
    WHERE event_type IN ('call.done', 'call.error') AND iteration_index IS NULL;

CREATE TABLE event_count (
    execution_id bigint NOT NULL,
    event_type text COLLATE "C" NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (execution_id, event_type)
) WITH (fillfactor = 50);

-- One row an entry into a step; newest is true for the last entry of each step.
CREATE TABLE step_run (
    execution_id bigint NOT NULL,
    run_id bigint NOT NULL,
    epoch integer NOT NULL,
    newest boolean NOT NULL,
    step text COLLATE "C" NOT NULL,
    PRIMARY KEY (execution_id, run_id)
);

CREATE INDEX step_run_step ON step_run (execution_id, step);

CREATE TABLE loop (
    execution_id bigint NOT NULL,
    run_id bigint NOT NULL,
    total bigint NOT NULL,
    range_start bigint,
    range_step bigint,
    cursor bigint NOT NULL DEFAULT 0,
    succeeded bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL,
    epoch integer NOT NULL,
    step text COLLATE "C" NOT NULL,
    first_error text,
    PRIMARY KEY (execution_id, run_id)
) WITH (fillfactor = 50);

-- Open work only: a row lives from the start of an iteration (or of a call, idx -1) to its end. Short-lived rows leave dead ones behind,
-- so it is vacuumed by their number, not by a share of a table that is nearly empty.
CREATE TABLE iteration (
    execution_id bigint NOT NULL,
    run_id bigint NOT NULL,
    idx bigint NOT NULL,
    next_at timestamptz,
    claimed_at timestamptz,
    fence integer NOT NULL,
    losses integer NOT NULL,
    attempts_used integer NOT NULL,
    claimed_by text COLLATE "C",
    PRIMARY KEY (execution_id, run_id, idx)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);

-- The snapshot of a literal collection; json, not jsonb: an element reads back as it was written.
CREATE TABLE element (
    execution_id bigint NOT NULL,
    run_id bigint NOT NULL,
    idx bigint NOT NULL,
    item json NOT NULL,
    PRIMARY KEY (execution_id, run_id, idx)
) PARTITION BY RANGE (execution_id);

CREATE TABLE element_default PARTITION OF element DEFAULT;

-- Results above the inline limit.
CREATE TABLE result (
    execution_id bigint NOT NULL,
    run_id bigint NOT NULL,
    idx bigint NOT NULL,
    value json NOT NULL,
    PRIMARY KEY (execution_id, run_id, idx)
) PARTITION BY RANGE (execution_id);

CREATE TABLE result_default PARTITION OF result DEFAULT;

CREATE TABLE job (
    job_uid text COLLATE "C" PRIMARY KEY,
    execution_id bigint NOT NULL,
    run_id bigint NOT NULL,
    idx bigint NOT NULL,
    fence integer NOT NULL
);

CREATE INDEX job_execution ON job (execution_id);
