// npm run test:install: the charts on a real Kubernetes API, with helm 3 and helm 4, in namespaces that enforce the restricted
// Pod Security Standard. Starts the cluster where it is not up, and ends it then.
//   --keep  leaves the cluster up
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { parse } from 'yaml';

import { PUBLIC_KEY, words } from '../helm/commands.mjs';
import { ROOT, tools } from '../helm/charts.mjs';
import { down, up } from './cluster.mjs';

const bin = tools('helm3', 'helm4', 'kubectl');
const work = mkdtempSync(path.join(os.tmpdir(), 'atom-install-'));
const startedAt = Date.now();
const env = {
  ...process.env,
  KUBECONFIG: await up(),
  HELM_CACHE_HOME: work,
  HELM_CONFIG_HOME: work,
  HELM_DATA_HOME: work,
};
console.log(
  `control plane up after ${seconds(startedAt)} s: ${kubectl('version').match(/Server Version: (\S+)/)?.[1]}`,
);

const totals = { passed: 0, failed: 0 };
try {
  for (const helm of ['helm3', 'helm4']) {
    await umbrella(helm, `${helm}-atom`);
    requirement(helm, `${helm}-alone`);
  }
} finally {
  if (!process.argv.includes('--keep')) await down();
  rmSync(work, { recursive: true, force: true });
}
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed > 0 ? 1 : 0;

/** Install, look, upgrade, uninstall, install again: the whole life of a release. */
async function umbrella(helm, space) {
  namespace(space);
  const values = ['--set', `global.config.cosignPublicKey=${PUBLIC_KEY}`];
  succeeds(helm, ['install', 'atom', 'helm/atom', '-n', space, '--dry-run=server', ...values]);
  const first = succeeds(helm, ['install', 'atom', 'helm/atom', '-n', space, '--wait', '--timeout', '4m', ...values]);
  check(
    `${helm}: nothing of it is against the restricted Pod Security Standard`,
    !/would violate PodSecurity/.test(first.output),
    first.output,
  );
  await comesTo(`${helm}: the migration ran`, '1', () =>
    kubectl('get', 'jobs', '-n', space, '-o', 'jsonpath={.items[*].status.succeeded}'),
  );
  const ready = 'jsonpath={range .items[*]}{.metadata.name}={.status.readyReplicas} {end}';
  await comesTo(
    `${helm}: api, worker and databases are ready, as many as the autoscalers want`,
    'atom-runtime-agent=3 atom-workflow-registry=2 atom-postgresql=1 atom-redis=1',
    () => kubectl('get', 'deployments,statefulsets', '-n', space, '-o', ready).trim(),
  );
  const token = () =>
    kubectl(
      'get',
      'secret',
      'atom-workflow-registry-bootstrap',
      '-n',
      space,
      '-o',
      'jsonpath={.data.ATOM_BOOTSTRAP_TOKEN}',
    );
  const password = () => kubectl('get', 'secret', 'atom-postgresql', '-n', space, '-o', 'jsonpath={.data.password}');
  const made = [token(), password()].join();
  rights(helm, space);

  succeeds(helm, [
    'upgrade',
    'atom',
    'helm/atom',
    '-n',
    space,
    '--wait',
    '--timeout',
    '4m',
    '--reuse-values',
    '--set',
    'global.image.tag=0.1.1',
    '--set',
    'workflow-registry.autoscaling.maxReplicas=15',
  ]);
  check(
    `${helm}: the upgrade migrates with a Job of its own`,
    kubectl('get', 'jobs', '-n', space, '-o', 'name').trim().split('\n').length === 1,
  );
  check(`${helm}: the upgrade left token and password as they were`, [token(), password()].join() === made);
  check(
    `${helm}: the upgrade took the new number`,
    kubectl('get', 'hpa', 'atom-workflow-registry', '-n', space, '-o', 'jsonpath={.spec.maxReplicas}') === '15',
  );
  succeeds(helm, ['rollback', 'atom', '1', '-n', space, '--wait', '--timeout', '4m']);

  succeeds(helm, ['uninstall', 'atom', '-n', space, '--wait']);
  const left = kubectl(
    'get',
    'all,configmaps,secrets,pvc,roles,rolebindings,pdb,hpa,networkpolicies',
    '-n',
    space,
    '-l',
    'app.kubernetes.io/part-of=atom',
    '-o',
    'name',
  );
  const kept = ['secret/atom-postgresql', 'secret/atom-redis', 'secret/atom-workflow-registry-bootstrap'];
  check(
    `${helm}: only what has to outlive the release is left`,
    left.trim().split('\n').sort().join() === kept.join(),
    left,
  );
  succeeds(helm, ['install', 'atom', 'helm/atom', '-n', space, '--wait', '--timeout', '4m', ...values]);
  check(`${helm}: a second installation finds token and password again`, [token(), password()].join() === made);
  succeeds(helm, ['uninstall', 'atom', '-n', space, '--wait']);
}

/** The commands of test/helm/requirement.yaml that install and upgrade, one release after the other. */
function requirement(helm, space) {
  namespace(space);
  kubectl(
    'create',
    'secret',
    'generic',
    'atom-database',
    '-n',
    space,
    '--from-literal=DATABASE_URL=postgres://a:b@db/atom',
  );
  const commands = parse(readFileSync(path.join(ROOT, 'test/helm/requirement.yaml'), 'utf8'));
  const releases = new Set();
  for (const { run: line, expects = [] } of commands) {
    const args = words(line);
    const [verb, release] = args;
    if (verb !== 'install' && verb !== 'upgrade') continue;
    const isDryRun = args.some((arg) => arg.startsWith('--dry-run'));
    if (verb === 'install' && releases.delete(release)) succeeds(helm, ['uninstall', release, '-n', space, '--wait']);
    succeeds(helm, [...args, '-n', space]);
    if (isDryRun) continue;
    releases.add(release);
    const manifest = run(helm, ['get', 'manifest', release, '-n', space]).output;
    const absent = expects.filter((part) => !manifest.includes(part));
    check(`${helm} ${line}`, absent.length === 0, `absent: ${absent.join(', ')}`);
  }
  for (const release of releases) succeeds(helm, ['uninstall', release, '-n', space, '--wait']);
}

/** The worker may do what its capabilities say, and nothing besides. */
function rights(helm, space) {
  const account = `system:serviceaccount:${space}:atom-runtime-agent`;
  const may = (verb, resource, where = space) =>
    spawnSync(path.join(bin, 'kubectl'), ['auth', 'can-i', verb, resource, '-n', where, '--as', account], {
      env,
      encoding: 'utf8',
    }).stdout.trim();
  const asked = [
    ['get', 'pods', 'yes'],
    ['get', 'pods/log', 'yes'],
    ['patch', 'deployments.apps', 'yes'],
    ['patch', 'deployments.apps/scale', 'yes'],
    ['list', 'events', 'yes'],
    ['get', 'secrets', 'no'],
    ['delete', 'pods', 'no'],
    ['create', 'pods/exec', 'no'],
    ['patch', 'configmaps', 'no'],
  ];
  for (const [verb, resource, answer] of asked)
    check(`${helm}: may the worker ${verb} ${resource}: ${answer}`, may(verb, resource) === answer);
  check(`${helm}: may the worker get pods elsewhere: no`, may('get', 'pods', 'default') === 'no');
}

function namespace(name) {
  kubectl('create', 'namespace', name);
  kubectl(
    'label',
    'namespace',
    name,
    'pod-security.kubernetes.io/enforce=restricted',
    'pod-security.kubernetes.io/warn=restricted',
  );
}

function kubectl(...args) {
  return execFileSync(path.join(bin, 'kubectl'), args, { env, encoding: 'utf8' });
}

function run(program, args) {
  const { status, stdout, stderr } = spawnSync(path.join(bin, program), args, {
    cwd: ROOT,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return { ok: status === 0, output: `${stdout}${stderr}` };
}

function succeeds(helm, args) {
  const started = Date.now();
  const result = run(helm, args);
  const line = `${helm} ${args.map((arg) => (arg.includes('\n') ? '…' : arg)).join(' ')}`;
  if (result.ok) console.log(`${seconds(started)} s  ${line}`);
  check(line, result.ok, result.output);
  return result;
}

function check(title, passed, detail = '') {
  totals[passed ? 'passed' : 'failed']++;
  if (!passed) console.error(`FAILED ${title}\n${detail}`);
}

/** What controllers bring about a moment later. */
async function comesTo(title, wanted, ask) {
  const deadline = Date.now() + 60_000;
  let found = ask();
  while (found !== wanted && Date.now() < deadline) {
    await delay(250);
    found = ask();
  }
  check(title, found === wanted, `wanted ${wanted}, found ${found}`);
}

function seconds(since) {
  return ((Date.now() - since) / 1000).toFixed(1);
}
