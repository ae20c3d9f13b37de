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
const { result, status, parts } = runJest(tiers, rest);
report(result, status, parts);

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

function runJest(tiers, rest) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'atom-jest-'));
  const resultFile = path.join(folder, 'result.json');
  const partsFile = path.join(folder, 'parts.json');
  try {
    const jest = [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
    ];
    // On two cores Jest runs the suites in its own process: what a failed test left open must not keep it from saying so.
    const output = ['--forceExit', '--json', `--outputFile=${resultFile}`, '--selectProjects', ...tiers];
    const { status } = spawnSync(nodeBinary(), [...jest, ...rest, ...output], {
      cwd: ROOT,
      env: { ...environment(), ATOM_TEST_PARTS_FILE: partsFile },
      // --json also prints the result; the reporters write to standard error.
      stdio: ['inherit', 'ignore', 'inherit'],
    });
    return { status, result: readJson(resultFile), parts: readJson(partsFile) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(result, status, parts) {
  if (result === undefined) {
    console.error('Jest ended without a result.');
    process.exit(1);
  }
  const missing = [];
  const used = [];
  if (parts !== undefined) {
    used.push(parts.postgres);
    if (parts.redis === null) missing.push('redis-server');
    else used.push(parts.redis);
    for (const { name, ask } of PROGRAMS) {
      const version = versionOf(name, ask);
      if (version !== undefined) used.push(`${name} ${version}`);
      else missing.push(name);
    }
  }
  const ran = TIERS.map((tier) => [tier, suitesOf(result, tier)]).filter(([, count]) => count > 0);
  const suites = ran.map(([tier, count]) => `${count} ${tier}`).join(', ');
  const without = missing.length > 0 ? `; not on this machine, so left out: ${missing.join(', ')}` : '';
  console.log(`\nSuites: ${suites || 'none'}. Real parts: ${used.join(', ') || 'none needed'}${without}.`);
  const refused = ci && missing.length > 0 ? missing.length : 0;
  if (refused > 0) console.log('In CI every part must be there: a missing part counts as a failure.');
  const broken = result.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0);
  const failed = result.numFailedTests + broken.length + refused;
  console.log(`${result.numPassedTests} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : (status ?? 1));
}

function suitesOf(result, tier) {
  const ending = tier === 'unit' ? '.spec.ts' : `.${tier}-spec.ts`;
  return result.testResults.filter((suite) => suite.name.endsWith(ending)).length;
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
