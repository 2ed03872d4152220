-- Loops that a pool of workers runs.

-- Who has which iterations (Core's PoolLedger): one small document a loop, from its start to its end, changed with every word of its workers.
CREATE TABLE pool (
    execution_id bigint NOT NULL,
    run_id bigint NOT NULL,
    ledger json NOT NULL,
    PRIMARY KEY (execution_id, run_id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- Elements that its leases hold: kept beside the ledger, so that reading where an execution stands need not read it.
ALTER TABLE loop ADD COLUMN leased bigint NOT NULL DEFAULT 0;
