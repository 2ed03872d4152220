INSERT INTO job (job_uid, execution_id, run_id, idx, fence)
SELECT j.job_uid, $1, j.run_id, j.idx, j.fence
FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::integer[]) AS j (job_uid, run_id, idx, fence)
ON CONFLICT (job_uid) DO NOTHING
