import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';

import { migrate } from '../../src/platform/database/migrate.js';
import { startEmbeddedPostgres } from '../../src/platform/embedded/embedded-postgres.js';
import { queueBackends, startRedis, type TestRedis } from '../support/redis.js';
import { Atom } from './atom.js';
import { deployments, LOOK, RESTART } from './packages.js';

/** The rollout of web-0 takes this long: time to break something in the middle of a step. */
const SLOW_MS = 3000;

let atom: Atom | undefined;
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await atom?.stop();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startAtom(options: Partial<Parameters<typeof Atom.start>[0]> = {}): Promise<Atom> {
  atom = await Atom.start({ queue: 'postgres', manifests: deployments(1), ...options });
  for (const yaml of [RESTART, LOOK]) expect((await atom.register(yaml)).status).toBe(201);
  return atom;
}

/** Answers a function that lets the rollout go on at once. */
const slowRollout = (on: Atom, readyAfterMs = SLOW_MS): (() => void) =>
  on.simulator.faults.workload(
    { kind: 'Deployment', namespace: 'shop', name: 'web-0' },
    { type: 'slow-rollout', readyAfterMs },
  );

/** How often the cluster was really told to restart web-0. */
const restarts = (on: Atom): number =>
  on.simulator.requests.list().filter((r) => r.method === 'PATCH' && !r.dryRun && r.path.endsWith('/deployments/web-0'))
    .length;

/** A Redis that only this test uses, so that it may be flushed. */
async function ownRedis(): Promise<TestRedis> {
  const redis = await startRedis();
  cleanups.push(() => redis.stop());
  return redis;
}

async function flushAll(url: string): Promise<void> {
  const client = new Redis(url);
  await client.flushall();
  client.disconnect();
}

describe.each(queueBackends())('with the %s queue', (queue) => {
  it('finishes a run whose worker was killed in the middle of a step, and repeats no step that had succeeded', async () => {
    const on = await startAtom({ queue });
    slowRollout(on);
    const worker = await on.startWorker();
    const { id } = await on.submit('restart', { deployment: 'web-0' });
    await on.stepReaches(id, 'healthy', 'running');
    await worker.kill();

    await on.startWorker();
    expect(await on.ended(id)).toMatchObject({ state: 'succeeded', attempt: 2 });
    expect(await on.stepsRepeatedAfterSuccess()).toEqual([]);
    expect(restarts(on)).toBe(2); // one to mark, one to restart
  });

  it('hands a run back when its worker is shut down, and another worker finishes it', async () => {
    const on = await startAtom({ queue, env: { SHUTDOWN_TIMEOUT_MS: '6000' } });
    const heal = slowRollout(on, 60_000);
    const worker = await on.startWorker();
    const { id } = await on.submit('restart', { deployment: 'web-0' });
    await on.stepReaches(id, 'healthy', 'running');
    expect(await worker.stop()).toBe(0);
    expect(await on.run(id)).toMatchObject({ state: 'queued', reason: { code: 'WORKER_SHUTDOWN' } });

    heal();
    await on.startWorker();
    expect(await on.ended(id)).toMatchObject({ state: 'succeeded' });
    expect(await on.stepsRepeatedAfterSuccess()).toEqual([]);
  });
});

describe.each(queueBackends().filter((queue) => queue === 'redis'))('when %s loses its memory', () => {
  it('executes every queued run after FLUSHALL', async () => {
    const redis = await ownRedis();
    const on = await startAtom({ queue: 'redis', redisUrl: redis.url });
    const runs = await Promise.all(Array.from({ length: 20 }, () => on.submit('look')));
    await flushAll(redis.url);

    await on.startWorker();
    const ends = await Promise.all(runs.map(({ id }) => on.ended(id)));
    expect(ends.map((run) => run.state)).toEqual(runs.map(() => 'succeeded'));
    expect(await on.stepsRepeatedAfterSuccess()).toEqual([]);
  });

  it('disturbs no run that is under way at FLUSHALL', async () => {
    const redis = await ownRedis();
    const on = await startAtom({ queue: 'redis', redisUrl: redis.url });
    slowRollout(on);
    await on.startWorker();
    const { id } = await on.submit('restart', { deployment: 'web-0' });
    await on.stepReaches(id, 'healthy', 'running');
    await flushAll(redis.url);

    expect(await on.ended(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(await on.sql('SELECT max(attempt) AS attempts FROM run_step')).toEqual([{ attempts: 1 }]);
  });

  it('accepts runs while Redis is away, and executes them when it is back', async () => {
    const redis = await ownRedis();
    const on = await startAtom({ queue: 'redis', redisUrl: redis.url });
    await on.startWorker();
    await redis.stop();
    const { id } = await on.submit('look');
    const back = await startRedis(Number(new URL(redis.url).port));
    cleanups.push(() => back.stop());

    expect(await on.ended(id)).toMatchObject({ state: 'succeeded' });
  });
});

describe('when Postgres restarts', () => {
  it('finishes the run that was under way, without repeating a step that had succeeded', async () => {
    const stateDir = await mkdtemp(path.join(os.tmpdir(), 'atom-crash-'));
    cleanups.push(() => rm(stateDir, { recursive: true, force: true }));
    const serve = () => startEmbeddedPostgres({ stateDir, database: 'atom', durable: true });
    let postgres = await serve();
    cleanups.push(() => postgres.stop());
    await migrate(postgres.url, { queueSchema: true });
    const on = await startAtom({ databaseUrl: postgres.url, env: { RUN_LEASE_MS: '10000' } });
    slowRollout(on);
    await on.startWorker();
    const { id } = await on.submit('restart', { deployment: 'web-0' });
    await on.stepReaches(id, 'healthy', 'running');

    await postgres.stop();
    postgres = await serve();

    expect(await on.ended(id, 60_000)).toMatchObject({ state: 'succeeded' });
    expect(await on.stepsRepeatedAfterSuccess()).toEqual([]);
    const again = await on.submit('look');
    expect(await on.ended(again.id)).toMatchObject({ state: 'succeeded' });
  });
});
