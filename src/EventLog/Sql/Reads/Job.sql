SELECT execution_id, run_id, idx, fence FROM job WHERE job_uid = $1
