// npm test [-- --tier unit|int|e2e|deploy] [-- jest arguments]
// Plain JavaScript for an old Node: this may run before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { build, environment, install, nodeBinary, Refusal, ROOT } from './toolchain.mjs';

/** What runs when no tier is named. */
const USUAL_TIERS = ['unit', 'int', 'e2e'];
const TIERS = [...USUAL_TIERS, 'deploy'];
/** Programs of the machine that suites use when they are there: how to ask for the version. */
const PROGRAMS = [
  { name: 'kubectl', ask: ['version', '--client'] },
  { name: 'promtool', ask: ['--version'] },
  { name: 'chromium', ask: ['--version'] },
  { name: 'cosign', ask: ['version'] },
  { name: 'oras', ask: ['version'] },
  { name: 'olareg', ask: ['version'] },
  { name: 'docker-registry', ask: ['--version'] },
  { name: 'vault', ask: ['version'] },
];

const { tiers, rest } = readArguments(process.argv.slice(2));
const ci = process.env.CI === 'true' || process.env.CI === '1';

try {
  await install();
  if (tiers.some((tier) => tier !== 'unit')) await build();
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error);
  process.exit(1);
}
const folder = mkdtempSync(path.join(os.tmpdir(), 'atom-jest-'));
let ended;
try {
  ended = tiers.map((tier) => runJest(tier, rest, folder));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report(ended);

function readArguments(args) {
  const tiers = [];
  const rest = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--tier') tiers.push(args[++i]);
    else rest.push(args[i]);
  }
  const unknown = tiers.find((tier) => !TIERS.includes(tier));
  if (unknown !== undefined) {
    console.error(`unknown tier "${unknown}": choose from ${TIERS.join(', ')}`);
    process.exit(2);
  }
  return { tiers: tiers.length > 0 ? tiers : USUAL_TIERS, rest };
}

/** Each tier in a Jest of its own: on two cores all suites of one Jest share a process, its garbage and what is left open in it. */
function runJest(tier, rest, folder) {
  const resultFile = path.join(folder, `${tier}.json`);
  const partsFile = path.join(folder, `${tier}.parts.json`);
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  // What a failed test left open must not keep Jest from saying so.
  const output = ['--forceExit', '--json', `--outputFile=${resultFile}`, '--passWithNoTests', '--selectProjects', tier];
  const workers = tier === 'unit' ? ['--maxWorkers=100%'] : []; // nothing but the processor to share
  const { status } = spawnSync(nodeBinary(), [...jest, ...rest, ...workers, ...output], {
    cwd: ROOT,
    env: { ...environment(), ATOM_TEST_PARTS_FILE: partsFile },
    // --json also prints the result; the reporters write to standard error.
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  return { tier, status, result: readJson(resultFile), parts: readJson(partsFile) };
}

function report(ended) {
  const silent = ended.filter(({ result }) => result === undefined);
  if (silent.length > 0) {
    console.error(`Jest ended without a result: ${silent.map(({ tier }) => tier).join(', ')}.`);
    process.exit(1);
  }
  const { used, missing } = programs(ended.find(({ parts }) => parts !== undefined)?.parts);
  const suites = ended
    .filter(({ result }) => result.numTotalTestSuites > 0)
    .map(({ tier, result }) => `${result.numTotalTestSuites} ${tier}`)
    .join(', ');
  const without = missing.length > 0 ? `; not on this machine, so left out: ${missing.join(', ')}` : '';
  console.log(`\nSuites: ${suites || 'none'}. Real parts: ${used.join(', ') || 'none needed'}${without}.`);
  const refused = ci ? missing.length : 0;
  if (refused > 0) console.log('In CI every part must be there: a missing part counts as a failure.');
  const passed = ended.reduce((sum, { result }) => sum + result.numPassedTests, 0);
  const failed = ended.reduce((sum, { result }) => sum + failuresOf(result), refused);
  for (const name of ended.flatMap(({ result }) => failedSuites(result))) console.log(`failed: ${name}`);
  console.log(`${passed} passed, ${failed} failed`);
  const wrong = ended.find(({ status }) => status !== 0);
  process.exit(failed > 0 || passed === 0 ? 1 : (wrong?.status ?? (wrong ? 1 : 0)));
}

/** The programs of the machine that the suites that ran have found, and those that they went without. */
function programs(parts) {
  const used = [];
  const missing = [];
  if (parts === undefined) return { used, missing };
  used.push(parts.postgres);
  if (parts.redis === null) missing.push('redis-server');
  else used.push(parts.redis);
  for (const { name, ask } of PROGRAMS) {
    const version = versionOf(name, ask);
    if (version !== undefined) used.push(`${name} ${version}`);
    else missing.push(name);
  }
  return { used, missing };
}

/** Tests that failed, and suites that could not be loaded. */
function failuresOf(result) {
  const broken = result.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0);
  return result.numFailedTests + broken.length;
}

function failedSuites(result) {
  const failed = result.testResults.filter((suite) => suite.status === 'failed');
  return failed.map((suite) => path.relative(ROOT, suite.name));
}

function versionOf(name, ask) {
  const { status, stdout, stderr } = spawnSync(name, ask, { encoding: 'utf8', timeout: 20000, env: withTools() });
  if (status !== 0) return undefined;
  const found = /\d+\.\d+(\.\d+)?/.exec(`${stdout}${stderr}`);
  return found ? found[0] : 'of unknown version';
}

/** cosign is built into this folder where Go is there and cosign is not (test/interop/cosign.ts). */
function withTools() {
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  return { ...process.env, PATH: [process.env.PATH, path.join(cache, 'atom', 'bin')].join(path.delimiter) };
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
