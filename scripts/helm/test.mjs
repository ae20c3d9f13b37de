// npm run test:helm: everything that can be said about the charts without a cluster, with helm 3 and helm 4.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { parse, parseAllDocuments } from 'yaml';

import { CHARTS, ROOT, staleCopies, tools, UMBRELLA } from './charts.mjs';
import { words } from './commands.mjs';
import { kubernetesSchemas } from './schemas.mjs';

const HELMS = ['helm3', 'helm4'];
/** What kube-score asks for and why it is not done. */
const NOT_ASKED = [
  'container-ephemeral-storage-request-and-limit', // the size of every emptyDir is limited
  'container-security-context-user-group-id', // wants ids above 10000; 1000 is required, 999 are the official images
  'container-image-pull-policy', // wants Always; tags of releases do not move
  'pod-networkpolicy', // off by default: not every network plugin has them
  'deployment-replicas', // one is right for development
  'statefulset-has-host-podantiaffinity', // one replica
  'statefulset-has-servicename', // the Service has a cluster address too, for clients
];

const RENEW = 'Renew with: node scripts/helm/charts.mjs';

const totals = { checks: 0, failures: 0, objects: 0, kinds: new Set() };
const bin = tools(...HELMS, 'helm-unittest', 'kubeconform', 'kube-score', 'helm-docs');
const schemas = kubernetesSchemas();
const work = mkdtempSync(path.join(os.tmpdir(), 'atom-helm-'));
try {
  section('copies of the library and README files', () => {
    check(
      'every chart has the library as it is',
      staleCopies().length === 0,
      () => `${staleCopies().join('\n')}\n${RENEW}`,
    );
    for (const chart of CHARTS) checkReadme(chart);
  });
  section('lint --strict', () =>
    everyScenario(({ helm, chart, args }) => expectSuccess(helm, ['lint', '--strict', chart, ...args])),
  );
  section(`rendered objects against the schemas of Kubernetes ${schemas.version}`, () => everyScenario(checkObjects));
  section('a field that Kubernetes does not know is refused', checkStrictness);
  section('the same objects by both helms', checkSameObjects);
  section('bad input', checkRefusals);
  section("the requirement's commands", checkRequirement);
  section('unit tests of the templates', unitTests);
} finally {
  rmSync(work, { recursive: true, force: true });
}
const kinds = [...totals.kinds].sort();
console.log(`\n${totals.objects} objects of ${kinds.length} kinds: ${kinds.join(', ')}.`);
console.log(
  `${HELMS.map((helm) => run(helm, ['version', '--short']).output.trim()).join(', ')}; Kubernetes ${schemas.version}.`,
);
console.log(`${totals.checks - totals.failures} passed, ${totals.failures} failed`);
process.exitCode = totals.failures > 0 ? 1 : 0;

function section(title, checks) {
  const before = totals.checks;
  const started = Date.now();
  checks();
  console.log(`${title}: ${totals.checks - before} checks, ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function check(title, passed, detail = () => '') {
  totals.checks++;
  if (passed) return;
  totals.failures++;
  console.error(`FAILED ${title}\n${detail()}`);
}

function run(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(path.join(bin, program), args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    // No cluster, whatever this machine knows.
    env: {
      ...process.env,
      KUBECONFIG: path.join(work, 'none'),
      HELM_CACHE_HOME: work,
      HELM_CONFIG_HOME: work,
      HELM_DATA_HOME: work,
    },
    ...options,
  });
  return { ok: status === 0, stdout, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` };
}

function expectSuccess(program, args, options) {
  const result = run(program, args, options);
  check([program, ...args].join(' '), result.ok, () => result.output);
  return result;
}

/** Every chart by itself, and the umbrella with every values file of it and of test/helm/scenarios. */
function scenarios() {
  const files = (folder, pattern) =>
    readdirSync(path.join(ROOT, folder))
      .filter((file) => pattern.test(file))
      .map((file) => `${folder}/${file}`);
  const values = [...files(UMBRELLA, /^values-.*\.yaml$/), ...files('test/helm/scenarios', /\.yaml$/)];
  return [
    ...CHARTS.map((chart) => ({ chart, args: [] })),
    ...values.map((file) => ({ chart: UMBRELLA, args: ['--values', file] })),
  ];
}

function everyScenario(use) {
  for (const helm of HELMS) for (const scenario of scenarios()) use({ helm, ...scenario });
}

function render(helm, chart, args, versions = []) {
  return expectSuccess(helm, [
    'template',
    'atom',
    chart,
    '--namespace',
    'atom',
    ...args,
    ...versions.flatMap((version) => ['--api-versions', version]),
  ]);
}

function checkObjects({ helm, chart, args }) {
  const { stdout } = render(helm, chart, args, ['monitoring.coreos.com/v1']);
  const objects = parseAllDocuments(stdout ?? '')
    .map((document) => document.toJS())
    .filter(Boolean);
  totals.objects += objects.length;
  for (const { kind } of objects) totals.kinds.add(kind);
  const name = [helm, chart, ...args].join(' ');
  const identity = ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
  const twice = objects.map(identity).filter((one, i, all) => all.indexOf(one) !== i);
  check(`${name}: no object twice`, twice.length === 0, () => twice.join('\n'));
  for (const problem of objects.flatMap(podProblems)) check(`${name}: ${problem}`, false);
  expectSuccess('kubeconform', judgement(), { input: stdout });
  const ignored = NOT_ASKED.flatMap((test) => ['--ignore-test', test]);
  expectSuccess('kube-score', ['score', '--output-format', 'ci', ...ignored, '-'], { input: stdout });
}

/** The judge itself: without its strictness a misspelt field would pass everything else here. */
function checkStrictness() {
  const service = (field) =>
    `apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: [{ port: 80, ${field}: 80 }] }\n`;
  const judge = (field) => run('kubeconform', judgement(), { input: service(field) });
  check('kubeconform accepts targetPort', judge('targetPort').ok);
  check('kubeconform refuses targetport', !judge('targetport').ok);
}

function judgement() {
  const places = [schemas.folder, 'test/helm/schemas'].map(
    (folder) => `${folder}/{{.ResourceKind}}{{.KindSuffix}}.json`,
  );
  return ['-strict', ...places.flatMap((place) => ['-schema-location', place]), '-'];
}

/** Pod Security "restricted", and no variable twice: server-side apply refuses that. */
function podProblems({ kind, metadata, spec }) {
  const pod = spec?.template?.spec;
  if (pod?.containers === undefined) return [];
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  return containers.flatMap(({ name, securityContext = {}, env = [], resources = {} }) => {
    const names = env.map((variable) => variable.name);
    const rules = {
      'allowPrivilegeEscalation is not false': securityContext.allowPrivilegeEscalation !== false,
      'capabilities are not dropped': securityContext.capabilities?.drop?.includes('ALL') !== true,
      'root is writable': securityContext.readOnlyRootFilesystem !== true,
      'may run as root': !(
        pod.securityContext.runAsNonRoot && (securityContext.runAsUser ?? pod.securityContext.runAsUser) > 0
      ),
      'no seccomp profile': pod.securityContext.seccompProfile?.type !== 'RuntimeDefault',
      'a variable twice': new Set(names).size !== names.length,
      'no limits': resources.limits?.memory === undefined || resources.requests?.cpu === undefined,
    };
    return Object.keys(rules)
      .filter((rule) => rules[rule])
      .map((rule) => `${kind} ${metadata.name}, container ${name}: ${rule}`);
  });
}

function checkSameObjects() {
  for (const { chart, args } of scenarios()) {
    const [one, other] = HELMS.map((helm) => withoutSecrets(run(helm, ['template', 'atom', chart, ...args]).stdout));
    check(`helm 3 and 4 render the same: ${chart} ${args.join(' ')}`, one === other);
  }
}

/** Passwords that are made at every rendering, and the order of the documents, say nothing. */
function withoutSecrets(text) {
  const objects = parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((object) => object && object.kind !== 'Secret');
  return objects
    .map((object) => JSON.stringify(object))
    .sort()
    .join('\n');
}

function checkRefusals() {
  const refusals = parse(readFileSync(path.join(ROOT, 'test/helm/refusals.yaml'), 'utf8'));
  for (const helm of HELMS) {
    for (const { chart, set, says } of refusals) {
      const { ok, output } = run(helm, ['template', 'atom', chart, ...set.flatMap((one) => ['--set', one])]);
      const silent = says.filter((part) => !output.includes(part));
      check(
        `${helm} refuses ${chart} with ${set.join(' ')}`,
        !ok && silent.length === 0,
        () => `not said: ${silent.join(', ')}\n${output}`,
      );
    }
  }
}

function checkRequirement() {
  const commands = parse(readFileSync(path.join(ROOT, 'test/helm/requirement.yaml'), 'utf8'));
  for (const helm of HELMS) {
    for (const { run: line, expects = [] } of commands) {
      const args = words(line);
      const verb = args[0];
      // Without a cluster: the same objects. The real installation is in scripts/cluster/install-test.mjs.
      if (verb === 'upgrade') args.splice(0, 1, 'template', '--is-upgrade');
      if (verb === 'install') args.splice(0, 1, 'template');
      const { output } = expectSuccess(helm, args);
      const absent = expects.filter((part) => !output.includes(part));
      check(
        `${helm} ${line}: ${expects.join(', ')}`,
        absent.length === 0,
        () => `absent: ${absent.join(', ')}\n${output}`,
      );
    }
  }
}

function checkReadme(chart) {
  const made = run('helm-docs', ['--dry-run', '--chart-search-root', chart, '--chart-to-generate', chart]).stdout ?? '';
  const there = readFileSync(path.join(ROOT, chart, 'README.md'), 'utf8');
  check(`${chart}/README.md is what its values say`, made.trim() === there.trim(), () => RENEW);
}

function unitTests() {
  const file = path.join(work, 'unit.xml');
  const result = run('helm-unittest', [
    '--with-subchart=false',
    '--strict',
    '--output-type',
    'JUnit',
    '--output-file',
    file,
    ...CHARTS,
  ]);
  const counts = /Tests:\s+(?:(\d+) failed, )?(?:(\d+) errored, )?(\d+) passed, (\d+) total/.exec(result.output);
  check('helm-unittest', result.ok && counts !== null, () => result.output);
  totals.checks += Number(counts?.[4] ?? 0);
  totals.failures += Number(counts?.[4] ?? 0) - Number(counts?.[3] ?? 0);
}
