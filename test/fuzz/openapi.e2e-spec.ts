import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aPackage } from '../builders/signed-package.js';
import { TOKEN } from '../e2e/atom.js';
import { Random } from './mutations.js';
import { AnswerCheck } from './openapi/check.js';
import { type Answer, Client } from './openapi/client.js';
import { type Operation, operationsOf } from './openapi/document.js';
import { type Draft, targetOf } from './openapi/draft.js';
import { FEW_GOOD_ANSWERS } from './openapi/exceptions.js';
import { ADMIN, FuzzedAtom } from './openapi/fuzzed.atom.js';
import type { JsonObject } from './openapi/json.js';
import { mutate, type Negative } from './openapi/negative.js';
import { Pool } from './openapi/pool.js';
import { collectionOf, PositiveRequests } from './openapi/positive.js';
import { SchemaReader } from './openapi/schema.js';
import { suppliedBodies } from './openapi/supplied.bodies.js';
import { Tally } from './openapi/tally.js';

const AT_LEAST = 5000;
/** Of each operation, however many there are. */
const EACH = 125;
const AT_ONCE = 8;
const MIN_GOOD = 5;
const MORE_ROUNDS = 100;
const MIN_REFUSED = 10;
const MAX_MEMORY = 512 * 1024 * 1024;
/** Another one: `FUZZ_SEED=42`. Ids, keys and what exists are new in every run, so a fault also prints its request. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20261126);

const pool = new Pool();
let fuzzed: FuzzedAtom;
let client: Client;
let document: JsonObject;
let operations: Operation[];

beforeAll(async () => {
  fuzzed = await FuzzedAtom.start(pool);
  client = new Client(fuzzed.atom.url, ADMIN, AT_ONCE);
  document = (await (await fetch(`${fuzzed.atom.url}/docs-json`)).json()) as JsonObject;
  operations = operationsOf(document, '/v1/');
});
afterAll(async () => {
  await client.close();
  await fuzzed.atom.stop();
});

describe('every route of the document', () => {
  it(`answers as documented, whatever it is asked (seed ${SEED})`, async () => {
    const requests = Math.max(AT_LEAST, operations.length * EACH);
    const positives = new PositiveRequests(pool, suppliedBodies(fuzzed));
    const problem = new SchemaReader(document).read({ $ref: '#/components/schemas/Problem' });
    const check = new AnswerCheck(problem, [TOKEN, ...fuzzed.tokens.values()]);
    const [good, bad] = [new Tally(), new Tally()];
    const faults: string[] = [];
    let memory = 0;
    const one = async (index: number, isMutated: boolean): Promise<void> => {
      const random = new Random(SEED + index * 7919);
      const operation = operations[index % operations.length]!;
      const positive = positives.make(operation, random);
      const negative = isMutated ? mutate(positive, fuzzed.tokens, random) : undefined;
      const draft = negative?.draft ?? positive;
      const answer = await client.send(draft).catch((error: unknown) => String(error));
      const fault = typeof answer === 'string' ? answer : check.faultOf(operation, answer, negative);
      if (fault !== undefined) faults.push(report(index, draft, negative, fault));
      if (typeof answer === 'string') return;
      (negative ? bad : good).add(operation, answer.status);
      learn(draft, answer);
      if (index % 100 === 0) memory = Math.max(memory, await fuzzed.residentBytes());
    };
    const work = async (from: number): Promise<void> => {
      for (let index = from; index < requests; index += AT_ONCE) await one(index, (index / operations.length) % 3 >= 1);
    };
    const lacking = (): string[] =>
      operations.map(({ id }) => id).filter((id) => good.of(id).good < MIN_GOOD && !(id in FEW_GOOD_ANSWERS));
    const before = performance.now();
    await Promise.all(Array.from({ length: AT_ONCE }, (_, from) => work(from)));
    // What one request makes another takes away: some operations need more rounds of good ones.
    const end = requests + MORE_ROUNDS * operations.length;
    for (let index = requests; index < end && lacking().length > 0; index++) await one(index, false);
    const seconds = Math.round((performance.now() - before) / 1000);
    console.info(
      `Seed ${SEED}: ${requests} requests of ${operations.length} operations in ${seconds} s, at most ${Math.round(memory / 2 ** 20)} MiB.\nGood ones\n${good.report(operations)}\nMutated\n${bad.report(operations)}`,
    );

    expect(faults).toEqual([]);
    expect(memory).toBeLessThan(MAX_MEMORY);
    expect(lacking()).toEqual([]);
    expect(operations.filter(({ id }) => bad.of(id).refused < MIN_REFUSED).map(({ id }) => id)).toEqual([]);
  }, 300_000);

  it('is fuzzed with nothing that is meant for a route of the past', () => {
    const known = new Set(operations.map(({ id }) => id));
    const named = [...Object.keys(suppliedBodies(fuzzed)), ...Object.keys(FEW_GOOD_ANSWERS)];
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });

  it('leaves a server that registers and shows packages as before', async () => {
    const bytes = aPackage({ name: 'after-the-fuzz' });
    expect((await fuzzed.register(bytes)).status).toBe(201);
    const route = '/v1/workflows/after-the-fuzz/versions/1.0.0/package';
    expect(Buffer.from(await (await fuzzed.atom.request('GET', route)).arrayBuffer())).toEqual(bytes);
  });

  it('leaves nothing in the log that somebody would be called for', () => {
    const lines = fuzzed.atom.api.output.split('\n').filter((line) => line !== '');
    expect(lines.filter((line) => !line.startsWith('{') || /"level":(?:[56]0|"(?:error|fatal)")/.test(line))).toEqual(
      [],
    );
  });
});

function learn({ operation, path, query, authorization }: Draft, { status, text, headers, contentType }: Answer): void {
  if (status >= 300 || authorization !== undefined) return;
  if (operation.id === 'WorkflowRunsController_delete') pool.forget(path);
  if (typeof headers['etag'] === 'string') pool.learn(operation.path, { ...path, 'If-None-Match': headers['etag'] });
  if (contentType !== 'application/json') return;
  const body = JSON.parse(text) as JsonObject;
  pool.learn(collectionOf(operation), body);
  const cursor = body['nextCursor'];
  if (typeof cursor === 'string') pool.learn(operation.path, { ...path, ...Object.fromEntries(query), cursor });
}

/** Enough to send the same again. */
function report(index: number, draft: Draft, negative: Negative | undefined, fault: string): string {
  const what = negative ? `${negative.kind} mutated` : 'positive';
  const body = draft.body
    ? ` ${draft.body.contentType ?? ''} ${draft.body.bytes.subarray(0, 400).toString('latin1')}`
    : '';
  const request = `${draft.method} ${targetOf(draft).slice(0, 300)} ${JSON.stringify(draft.headers).slice(0, 300)}${body}`;
  return `case ${index} of seed ${SEED}, ${draft.operation.id}, ${what}: ${fault}\n    ${request}`;
}
