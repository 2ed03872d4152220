-- The numbers that a loop sums up of its results.

-- Core's AggregateBook: a small document, changed in the transaction that counts the results.
ALTER TABLE loop ADD COLUMN aggregates json;

-- What quantiles are read from: per column of the book the numbers with the smallest lots. A lot is stored with its top bit turned, so that signed order is its order.
CREATE TABLE sample (
    execution_id bigint NOT NULL,
    run_id bigint NOT NULL,
    col smallint NOT NULL,
    lot bigint NOT NULL,
    number double precision NOT NULL,
    PRIMARY KEY (execution_id, run_id, col, lot)
) PARTITION BY RANGE (execution_id);

CREATE TABLE sample_default PARTITION OF sample DEFAULT;
