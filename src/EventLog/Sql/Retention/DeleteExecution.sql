-- The row itself goes last, so that a deletion that was cut short is found again; what is left beside it is small.
WITH work AS (DELETE FROM iteration WHERE execution_id = $1),
    loops AS (DELETE FROM loop WHERE execution_id = $1),
    runs AS (DELETE FROM step_run WHERE execution_id = $1),
    counts AS (DELETE FROM event_count WHERE execution_id = $1)
DELETE FROM execution WHERE id = $1
