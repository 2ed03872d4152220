COPY event (
    execution_id, event_id, type_seq, event_type, status, created_at, parent_execution_id, step, epoch, run_id, iteration_index, attempt, fence,
    duration_ms, error, context, result) FROM STDIN (FORMAT BINARY)
