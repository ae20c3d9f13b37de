/*
 * npm run bench -- skeleton [--quick] [--json FILE]
 *
 * What Atom costs above its queue: one-step runs per second through the API to a durable end, against raw BullMQ that adds
 * and processes the same number of empty jobs on the same backend, in turn, in one run on one machine. Trust the ratios.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { startEmbeddedPostgres } from '../src/platform/embedded/embedded-postgres.ts';
import { startRedis } from '../test/support/redis.ts';
import { BenchedAtom } from './parts/atom.ts';
import { type QueueAddress, rawThroughput } from './parts/raw-queue.ts';
import { median } from './parts/statistics.ts';

const IN_FLIGHT = 64;
const CONCURRENCY = 50;

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const size = options.quick ? { jobs: 300, rounds: 1 } : { jobs: 3000, rounds: 3 };

interface Result {
  readonly backend: string;
  readonly atomRunsPerSecond: number;
  readonly rawJobsPerSecond: number;
  readonly ratio: number;
  readonly ratios: readonly number[];
}

async function measure(folder: string, databaseUrl: string, queue: QueueAddress): Promise<Result> {
  const atom = await BenchedAtom.start(folder, databaseUrl, queue, CONCURRENCY);
  try {
    await atom.throughput(100, IN_FLIGHT); // warm: code compiled, plans cached
    const rounds: { atom: number; raw: number }[] = [];
    for (let i = 0; i < size.rounds; i++) {
      const raw = await rawThroughput(queue, size.jobs, IN_FLIGHT, CONCURRENCY);
      rounds.push({ raw, atom: await atom.throughput(size.jobs, IN_FLIGHT) });
    }
    const ratios = rounds.map((round) => round.atom / round.raw);
    return {
      backend: queue.backend,
      atomRunsPerSecond: Math.round(median(rounds.map((round) => round.atom))),
      rawJobsPerSecond: Math.round(median(rounds.map((round) => round.raw))),
      ratio: Number(median(ratios).toFixed(3)),
      ratios: ratios.map((ratio) => Number(ratio.toFixed(3))),
    };
  } finally {
    await atom.stop();
  }
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'atom-bench-'));
await chmod(folder, 0o755); // as root the database runs under another account, which has to pass
const postgres = await startEmbeddedPostgres({ stateDir: folder, database: 'bench', durable: true });
const redis = await startRedis();
try {
  const { migrate } = (await import(
    path.resolve('dist/platform/database/migrate.js')
  )) as typeof import('../src/platform/database/migrate.ts');
  await migrate(postgres.url, { queueSchema: true });
  const results: Result[] = [];
  for (const backend of ['redis', 'postgres'] as const) {
    const queue = { backend, url: backend === 'redis' ? redis.url : postgres.url };
    const result = await measure(folder, postgres.url, queue);
    results.push(result);
    console.log(
      `${backend.padEnd(9)} atom ${result.atomRunsPerSecond} runs/s   raw BullMQ ${result.rawJobsPerSecond} jobs/s   ratio ${result.ratio} (rounds: ${result.ratios.join(', ')})`,
    );
  }
  console.log(
    `${size.jobs} one-step runs (one Kubernetes GET each), ${IN_FLIGHT} requests in flight, ${CONCURRENCY} at once in one worker, ${size.rounds} round(s), ${os.cpus().length} cores`,
  );
  if (options.json !== undefined) {
    await writeFile(options.json, JSON.stringify({ bench: 'skeleton', ...size, results }, null, 2) + '\n');
  }
} finally {
  await redis.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
