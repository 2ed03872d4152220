COPY carried (execution_id, run_id, idx, from_execution_id, from_run_id, from_idx, size) FROM STDIN (FORMAT BINARY)
