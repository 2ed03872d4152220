COPY element (execution_id, run_id, idx, item) FROM STDIN (FORMAT BINARY)
