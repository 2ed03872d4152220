COPY element (execution_id, run_id, idx, item, key) FROM STDIN (FORMAT BINARY)
