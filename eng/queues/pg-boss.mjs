// pg-boss.mjs URL JOBS plain|batched: puts that many jobs that do nothing into the queue, works them off, prints the milliseconds from the first start
// to the last end. plain: one by one by eight workers; batched: in batches of 100 by eight workers.
import PgBoss from 'pg-boss';
import pg from 'pg';

const [url, count, mode] = process.argv.slice(2);
const jobs = Number(count);
const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
boss.on('error', console.error);
await boss.start();
await boss.createQueue('noop');
for (let done = 0; done < jobs; done += 1000)
  await boss.insert(Array.from({ length: Math.min(1000, jobs - done) }, (_, i) => ({ name: 'noop', data: { i: done + i } })));
const client = new pg.Client({ connectionString: url });
await client.connect();
await client.query('VACUUM ANALYZE');
const before = (await client.query('SELECT pg_current_wal_lsn() AS at')).rows[0].at;
const batch = mode === 'batched' ? 100 : 1;

// Its own loop sleeps half a second at least between two fetches: what a user would do for speed is to fetch and complete himself.
let left = jobs;
const began = performance.now();
async function work() {
  while (left > 0) {
    const found = await boss.fetch('noop', { batchSize: batch });
    if (found.length === 0) return;
    await boss.complete('noop', found.map(job => job.id));
    left -= found.length;
  }
}
await Promise.all(Array.from({ length: 8 }, work));
const took = performance.now() - began;
const wal = (await client.query('SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), $1) AS bytes', [before])).rows[0].bytes;
await client.end();
console.log(JSON.stringify({ seconds: took / 1000, wal: Number(wal), rss: process.memoryUsage().rss }));
process.exit(0);
