/*
 * npm run bench -- registry [--quick] [--json FILE]
 *
 * Lists, searches and registrations over HTTP at 1,000 and at 200,000 versions, each on an api and a database of its own that
 * are asked in turn, so that whatever else the machine does is done to both: trust the ratios. Round trips are counted on the
 * wire. Then what it costs to verify a package of 5 MB.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import pg from 'pg';

import { startEmbeddedPostgres } from '../src/platform/embedded/embedded-postgres.ts';
import { BenchedApi } from './parts/api.ts';
import { seedRegistry } from './parts/registry-seed.ts';
import { StatementCounter } from './parts/statement-counter.ts';
import { median, quantile } from './parts/statistics.ts';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const SIZES = { small: 1_000, large: options.quick ? 20_000 : 200_000 };
const REQUESTS = options.quick ? 200 : 1_000;
const REGISTRATIONS = options.quick ? 100 : 500;
const WARM = 100;
/** The api remembers who owns a token for five seconds. */
const TOKEN_FORGOTTEN_MS = 5_500;
const TARGETS = { ratio: 2, roundTrips: 3, cpuMs: 50 };

const fromDist = (file: string): Promise<unknown> => import(path.resolve('dist', file));
const { migrate } = (await fromDist(
  'platform/database/migrate.js',
)) as typeof import('../src/platform/database/migrate.ts');
const wpk = (await fromDist('wpk/index.js')) as typeof import('../src/wpk/index.ts');
const { privateKeyFile, publicKeyPem } = wpk.generateKeyPair('');
const key = wpk.openPrivateKey(privateKeyFile, '');

interface Side {
  readonly api: BenchedApi;
  readonly database: pg.Pool;
  readonly url: string;
  readonly versions: number;
}

interface Comparison {
  readonly what: string;
  readonly small: { readonly p50: number; readonly p99: number };
  readonly large: { readonly p50: number; readonly p99: number };
  /** p99 of the large one to that of the small one. */
  readonly ratio: number;
}

/** Each has an answer of about the same length at both sizes. */
const QUERIES: Readonly<Record<string, string>> = {
  'list, first page': '/v1/workflows',
  'list, a page in the middle': `/v1/workflows?cursor=MIDDLE`,
  'tag of every second': '/v1/workflows?tag=even',
  'tag of ten': '/v1/workflows?tag=rare',
  'tag of none': '/v1/workflows?tag=nothing',
  'runtime of all': '/v1/workflows?runtime=kubernetes',
  'runtime of ten': '/v1/workflows?runtime=http',
  'safetyMode of every tenth': '/v1/workflows?safetyMode=auto&limit=10',
  'signer of nearly all': `/v1/workflows?signer=${encodeURIComponent(key.id)}`,
  'signer of ten': '/v1/workflows?signer=rare-key',
  'state of nearly all': '/v1/workflows?state=active',
  'state of ten': '/v1/workflows?state=yanked',
  'state of none': '/v1/workflows?state=revoked&tag=even',
  'q, a word of all': '/v1/workflows?q=proves',
  'q, a word of every tenth': '/v1/workflows?q=rollout&limit=10',
  'q, a word of ten': '/v1/workflows?q=seldom',
  'q, a word of one': '/v1/workflows?q=word0000077',
  'q, one letter of all': '/v1/workflows?q=s',
  'q, three words': '/v1/workflows?q=restart+service+seldom',
  'q, no such word': '/v1/workflows?q=nowhere',
  'q and filters': '/v1/workflows?q=proves&tag=rare&runtime=http&safetyMode=manual',
  'versions of one': '/v1/workflows/seeded-0000018/versions',
  'one workflow': '/v1/workflows/seeded-0000018',
};

async function open(admin: string, versions: number): Promise<Side> {
  const url = new URL(admin);
  url.pathname = `/registry_${versions}`;
  const pool = new pg.Pool({ connectionString: admin, max: 1 });
  await pool.query(`CREATE DATABASE registry_${versions}`);
  await pool.end();
  await migrate(url.toString(), { queueSchema: true });
  const database = new pg.Pool({ connectionString: url.toString(), max: 1 });
  const seeded = await seedRegistry(database, versions, key.id);
  return { api: await BenchedApi.start(url.toString(), publicKeyPem), database, url: url.toString(), versions: seeded };
}

/** The same on both sides in turn, in an order that changes each time. */
async function compare(
  what: string,
  sides: readonly [Side, Side],
  times: number,
  work: (side: Side, i: number) => Promise<unknown>,
): Promise<Comparison> {
  const taken: [number[], number[]] = [[], []];
  for (let i = 0; i < WARM + times; i++) {
    for (const which of i % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const start = performance.now();
      await work(sides[which], i);
      if (i >= WARM) taken[which].push(performance.now() - start);
    }
  }
  const [small, large] = taken.map((all) => ({ p50: rounded(quantile(all, 0.5)), p99: rounded(quantile(all, 0.99)) }));
  if (!small || !large) throw new Error('nothing was measured');
  const comparison = { what, small, large, ratio: rounded(large.p99 / small.p99) };
  print(comparison);
  return comparison;
}

function print({ what, small, large, ratio }: Comparison): void {
  const side = ({ p50, p99 }: Comparison['small']): string =>
    `${p50.toFixed(1).padStart(7)} ${p99.toFixed(1).padStart(7)}`;
  console.log(
    `${what.padEnd(28)} ${side(small)}  ${side(large)}   ${ratio.toFixed(2)}${ratio > TARGETS.ratio ? '  ← not flat' : ''}`,
  );
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}

async function compareQueries(sides: readonly [Side, Side]): Promise<Comparison[]> {
  const results: Comparison[] = [];
  for (const [what, route] of Object.entries(QUERIES)) {
    results.push(
      await compare(what, sides, REQUESTS, ({ api, versions }) => {
        const middle = `seeded-${String(Math.round(versions / 20)).padStart(7, '0')}`;
        const cursor = Buffer.from(JSON.stringify([middle])).toString('base64url');
        return api.request(200, route.replace('MIDDLE', cursor));
      }),
    );
  }
  return results;
}

function aPackage(name: string): { bytes: Buffer; bundle: string } {
  const bytes = Buffer.from(`apiVersion: atom.dev/v1
kind: WorkflowPackage
metadata: {name: ${name}, version: 1.0.0, description: Restart what is not healthy and prove that it helped., tags: [even]}
spec:
  inputs: {type: object, properties: {namespace: {type: string}, deployment: {type: string}}, required: [namespace, deployment]}
  permissions: [{apiGroups: [apps], resources: [deployments], verbs: [get], namespaces: [shop]}]
  steps: [{name: look, uses: kubernetes/get, with: {apiVersion: apps/v1, kind: Deployment, namespace: shop, name: web}, timeout: 30s}]
`);
  return { bytes, bundle: wpk.toBundle(wpk.sha256(bytes), wpk.signBytes(bytes, key), key.id) };
}

let registered = 0;

function registerOne({ api }: { readonly api: BenchedApi }): Promise<string> {
  const { bytes, bundle } = aPackage(`bench-${++registered}`);
  return api.register(bytes, bundle);
}

/** Round trips of one registration, whatever connection they take; `first`: by a token that was not seen for a while. */
async function roundTrips({ url }: Side): Promise<{ usual: number; first: number }> {
  const counter = await StatementCounter.start(url);
  const api = await BenchedApi.start(counter.url, publicKeyPem);
  try {
    for (let i = 0; i < WARM / 5; i++) await registerOne({ api });
    const count = async (times: number): Promise<number> => {
      const before = counter.count;
      for (let i = 0; i < times; i++) await registerOne({ api });
      return (counter.count - before) / times;
    };
    const usual = await count(WARM);
    await delay(TOKEN_FORGOTTEN_MS);
    return { usual, first: await count(1) };
  } finally {
    await api.stop();
    await counter.stop();
  }
}

/** Median CPU milliseconds to verify digest and signature of 5 MB. */
function verification(kind: 'signature' | 'bundle'): number {
  const bytes = randomBytes(5_000_000);
  const signature = wpk.signBytes(bytes, key);
  const text = kind === 'bundle' ? wpk.toBundle(wpk.sha256(bytes), signature, key.id) : wpk.toBareSignature(signature);
  const digest = wpk.sha256(bytes).toString('hex');
  const trust = { keys: wpk.loadPublicKeys(publicKeyPem) };
  const taken = Array.from({ length: 50 }, () => {
    const start = process.cpuUsage();
    if (wpk.sha256(bytes).toString('hex') !== digest) throw new Error('the digest is wrong');
    wpk.verifySignature(bytes, { kind, text }, trust);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return rounded(median(taken.slice(5)));
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'atom-bench-'));
await chmod(folder, 0o755); // as root the database runs under another account, which has to pass
const postgres = await startEmbeddedPostgres({ stateDir: folder, database: 'bench', durable: true });
const sides: Side[] = [];
try {
  const small = await open(postgres.url, SIZES.small);
  sides.push(small);
  const large = await open(postgres.url, SIZES.large);
  sides.push(large);
  console.log(
    `${''.padEnd(28)} ${`${small.versions} versions`.padStart(15)}  ${`${large.versions} versions`.padStart(15)}`,
  );
  console.log(`${'milliseconds'.padEnd(28)}     p50     p99      p50     p99   p99 ratio`);
  const queries = await compareQueries([small, large]);
  const registration = await compare('registration', [small, large], REGISTRATIONS, (side) => registerOne(side));
  const trips = { small: await roundTrips(small), large: await roundTrips(large) };
  const tripsOf = ({ usual, first }: typeof trips.small): string => `${usual} (${first} with a token not seen lately)`;
  console.log(
    `\nround trips of a registration: ${tripsOf(trips.small)} and ${tripsOf(trips.large)}; at most ${TARGETS.roundTrips}`,
  );
  const cpuMs = { bare: verification('signature'), bundle: verification('bundle') };
  console.log(`CPU to verify 5 MB: ${cpuMs.bare} ms bare, ${cpuMs.bundle} ms bundle (less than ${TARGETS.cpuMs})`);
  console.log(`${REQUESTS} requests a query and side, one at a time, in turn; ${os.cpus().length} cores`);
  if (options.json !== undefined) {
    const results = {
      targets: TARGETS,
      sizes: SIZES,
      requests: REQUESTS,
      queries,
      registration,
      roundTrips: trips,
      cpuMs,
    };
    await writeFile(options.json, JSON.stringify({ bench: 'registry', ...results }, null, 2) + '\n');
  }
} finally {
  for (const { api, database } of sides) {
    await api.stop();
    await database.end();
  }
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
