// graphile-worker.mjs URL JOBS plain|batched: puts that many jobs that do nothing into the queue, works them off with eight at once, prints the
// milliseconds from the first start to the last end. batched: with a local queue and completions in batches, its fastest setting.
import { runMigrations, run, makeWorkerUtils } from 'graphile-worker';
import pg from 'pg';

const [url, count, mode] = process.argv.slice(2);
const jobs = Number(count);
const preset = mode === 'batched'
  ? { worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } }
  : {};
const logger = { error: console.error, warn: console.error, info() {}, debug() {} };
const { Logger } = await import('graphile-worker');
const quiet = new Logger(() => (level, message) => { if (level === 'error' || level === 'warning') logger.error(message); });
await runMigrations({ connectionString: url, logger: quiet });
const utils = await makeWorkerUtils({ connectionString: url, logger: quiet });
const client = new pg.Client({ connectionString: url });
await client.connect();
for (let done = 0; done < jobs; done += 10000) {
  await client.query(
    "SELECT count(*) FROM graphile_worker.add_jobs(ARRAY(SELECT row('noop', json_build_object('i', i), null, null, null, null, null, null)::graphile_worker.job_spec FROM generate_series($1::int, $2::int) AS i))",
    [done, Math.min(jobs, done + 10000) - 1]);
}
await client.query('VACUUM ANALYZE');
const before = (await client.query('SELECT pg_current_wal_lsn() AS at')).rows[0].at;

let left = jobs;
let finished;
const end = new Promise(resolve => { finished = resolve; });
const began = performance.now();
const runner = await run({
  connectionString: url, concurrency: 8, pollInterval: 100, noHandleSignals: true, logger: quiet, preset,
  taskList: { noop: async () => { if (--left === 0) finished(); } },
});
await end;
// The last completions are still to be written.
while ((await client.query('SELECT EXISTS (SELECT FROM graphile_worker.jobs) AS any')).rows[0].any) await new Promise(resolve => setTimeout(resolve, 5));
const took = performance.now() - began;
const wal = (await client.query('SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), $1) AS bytes', [before])).rows[0].bytes;
await runner.stop();
await utils.release();
await client.end();
console.log(JSON.stringify({ seconds: took / 1000, wal: Number(wal), rss: process.memoryUsage().rss }));
process.exit(0);
