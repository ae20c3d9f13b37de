/*
 * npm run bench -- corpus [--json FILE]
 *
 * CPU seconds to decide each input of the corpus (test/corpus), in a process that does nothing else: the slowest of each group, and
 * how many times that is the median of its group. Ends with 1 when an input costs a second or more. The decisions themselves are
 * tested by test/corpus/*.spec.ts.
 */
import { writeFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { median } from './parts/statistics.ts';

import 'reflect-metadata'; // for the certificates that the corpus makes

const TARGET_SECONDS = 1;
/** Of an input that seems slow: the least of all is what the work itself costs, the rest is garbage of the inputs before it. */
const TRIES = 3;

const { values: options } = parseArgs({ options: { json: { type: 'string' } } });

// The corpus imports the source as the tests see it (`.js`, `src/`); here it is TypeScript beside the built product.
registerHooks({
  resolve: (specifier, context, next) => {
    const isOfCorpus = specifier.startsWith('.') && context.parentURL?.includes('/test/') === true;
    if (!isOfCorpus) return next(specifier, context);
    return next(
      specifier.includes('/src/') ? specifier.replace('/src/', '/dist/') : specifier.replace(/\.js$/, '.ts'),
      context,
    );
  },
});

const GLOB = { issuer: 'https://issuer.example', subject: `${'*a'.repeat(16)}b` };

type Input = readonly [name: string, decide: () => unknown];

interface Group {
  readonly what: string;
  readonly inputs: number;
  readonly medianMs: number;
  readonly slowestMs: number;
  readonly slowest: string;
  /** The slowest to the median. */
  readonly ratio: number;
}

async function cpuSeconds(decide: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await Promise.resolve()
    .then(decide)
    .catch(() => undefined); // a refusal
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function leastSeconds(decide: () => unknown): Promise<number> {
  let least = await cpuSeconds(decide);
  for (let tries = 1; tries < TRIES && least >= TARGET_SECONDS; tries++) {
    least = Math.min(least, await cpuSeconds(decide));
  }
  return least;
}

async function measure(what: string, inputs: readonly Input[]): Promise<Group> {
  const costs: { readonly name: string; readonly ms: number }[] = [];
  for (const [name, decide] of inputs) costs.push({ name, ms: 1000 * (await leastSeconds(decide)) });
  const slowest = costs.reduce((most, cost) => (cost.ms > most.ms ? cost : most));
  const medianMs = median(costs.map(({ ms }) => ms));
  return {
    what,
    inputs: inputs.length,
    medianMs,
    slowestMs: slowest.ms,
    slowest: slowest.name,
    ratio: slowest.ms / medianMs,
  };
}

async function groups(): Promise<(readonly [what: string, inputs: readonly Input[]])[]> {
  const { matchesIdentity, readJson, readPackage, readYaml, verifySignature } = (await import(
    path.resolve('dist/wpk/index.js')
  )) as typeof import('../src/wpk/index.ts');
  const { parseChallenges } = (await import(
    path.resolve('dist/cli/oci/challenge.js')
  )) as typeof import('../src/cli/oci/challenge.ts');
  const { hostileDocuments } = await import('../test/corpus/documents.ts');
  const { benignDocuments } = await import('../test/corpus/documents.benign.ts');
  const { hostileJson } = await import('../test/corpus/json.documents.ts');
  const { hostileTarballs } = await import('../test/corpus/tarballs.ts');
  const { benignTarballs } = await import('../test/corpus/tarballs.benign.ts');
  const { signatureCases } = await import('../test/corpus/signatures.ts');
  const { JSON_COSTS, YAML_COSTS } = await import('../test/corpus/costs.ts');
  const { PACKAGE_COSTS, PACKAGE_MEBIBYTES } = await import('../test/corpus/costs.packages.ts');
  const { SEED } = await import('../test/corpus/seed.ts');
  const changed = (change: object): Buffer => Buffer.from(JSON.stringify({ ...SEED, ...change }));
  const asPackage = ({ name, bytes }: { name: string; bytes: Buffer }): Input => [name, () => readPackage(bytes)];
  await readPackage(changed({})); // compiles the schema

  return [
    ['documents, hostile', hostileDocuments().map(asPackage)],
    ['documents, benign', benignDocuments().map(asPackage)],
    ['JSON, hostile', hostileJson().map(({ name, bytes }): Input => [name, () => readJson(bytes)])],
    ['tarballs, hostile', hostileTarballs().map(asPackage)],
    ['tarballs, benign', benignTarballs().map(asPackage)],
    [
      'signatures',
      (await signatureCases()).map(({ name, bytes, signature, trust }): Input => [
        name,
        () => verifySignature(bytes, signature, trust),
      ]),
    ],
    ['a mebibyte of YAML', Object.entries(YAML_COSTS).map(([name, text]) => [name, () => readYaml(Buffer.from(text))])],
    ['a mebibyte of JSON', Object.entries(JSON_COSTS).map(([name, text]) => [name, () => readJson(Buffer.from(text))])],
    ['a mebibyte of one thing', PACKAGE_MEBIBYTES.map(([name, change]) => [name, () => readPackage(changed(change))])],
    [
      'what others write to us',
      [
        ['a challenge of a registry without end', () => parseChallenges(`Bearer ${'a="\\'.repeat(50_000)}`)],
        ['a challenge of nothing', () => parseChallenges(' ,\t'.repeat(50_000))],
        ['a glob and a subject made for each other', () => matchesIdentity(GLOB, GLOB.issuer, 'a'.repeat(2_000))],
      ],
    ],
    ['packages that ask for much', PACKAGE_COSTS.map(([name, , change]) => [name, () => readPackage(changed(change))])],
  ];
}

const results: Group[] = [];
for (const [what, inputs] of await groups()) {
  const group = await measure(what, inputs);
  results.push(group);
  console.log(
    `${what.padEnd(28)} ${String(group.inputs).padStart(5)} inputs, median ${group.medianMs.toFixed(2)} ms, ` +
      `slowest ${group.slowestMs.toFixed(0)} ms (${group.ratio.toFixed(0)}×): ${group.slowest}`,
  );
}
if (options.json !== undefined) await writeFile(options.json, JSON.stringify(results, undefined, 2));
const late = results.filter(({ slowestMs }) => slowestMs >= 1000 * TARGET_SECONDS);
console.log(
  late.length === 0
    ? 'Every input costs less than a second of CPU.'
    : `Too slow: ${late.map(({ what }) => what).join(', ')}`,
);
process.exitCode = late.length === 0 ? 0 : 1;
