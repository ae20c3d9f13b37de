// A real Kubernetes control plane on loopback ports, without containers: etcd, kube-apiserver, kube-controller-manager,
// kube-scheduler, and kwok in the place of kubelets: pods are scheduled and become ready, and nothing runs in them.
//   npm run --silent cluster:up      prints the path of the kubeconfig; answers at once when it is up already
//   npm run --silent cluster:down    ends it and removes its data
// ATOM_CLUSTER is the folder of its data (default ~/.cache/atom/cluster). The programs are built on the first call.
import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { tools } from '../helm/charts.mjs';

const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok', 'kubectl'];
const READY_MS = 120_000;
const FOLDER =
  process.env.ATOM_CLUSTER ??
  path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'atom/cluster');
const STATE = path.join(FOLDER, 'state.json');
const KUBECONFIG = path.join(FOLDER, 'kubeconfig');

/** Starts the cluster unless it is up; answers the path of its kubeconfig. */
export async function up() {
  const bin = tools(...PROGRAMS);
  const there = state();
  if (there !== undefined && there.processes.every(isRunning)) return KUBECONFIG;
  await down();
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  const ports = { etcd: await freePort(), peer: await freePort(), api: await freePort() };
  writeSecrets(ports.api);
  const processes = [];
  const start = (name, args) => {
    processes.push(startProcess(path.join(bin, name), args));
    writeFileSync(STATE, JSON.stringify({ processes }));
  };
  try {
    start('etcd', etcdArguments(ports));
    start('kube-apiserver', apiserverArguments(ports));
    await waitFor('kube-apiserver', bin, () => kubectl(bin, ['get', '--raw', '/readyz']));
    start('kube-controller-manager', controllerArguments());
    start('kube-scheduler', ['--kubeconfig', KUBECONFIG, '--leader-elect=false', '--secure-port=0']);
    start('kwok', kwokArguments(bin, await freePort()));
    kubectl(bin, ['apply', '-f', '-'], furniture());
    await waitFor('the nodes', bin, () =>
      kubectl(bin, ['wait', 'node', '--all', '--for=condition=Ready', '--timeout=5s']),
    );
    await waitFor('the service account', bin, () => kubectl(bin, ['get', 'serviceaccount', 'default']));
  } catch (error) {
    await down({ keep: true });
    throw new Error(`The cluster did not come up: ${error.message}\nIts logs are in ${FOLDER}.`, { cause: error });
  }
  return KUBECONFIG;
}

/** Ends the processes that `up` started, and removes their data. */
export async function down({ keep = false } = {}) {
  for (const one of [...(state()?.processes ?? [])].reverse()) {
    if (!isRunning(one)) continue;
    process.kill(one.pid, 'SIGTERM');
    for (let i = 0; i < 100 && isRunning(one); i++) await delay(50);
    if (isRunning(one)) process.kill(one.pid, 'SIGKILL');
  }
  if (keep) rmSync(STATE, { force: true });
  else rmSync(FOLDER, { recursive: true, force: true });
}

function state() {
  return existsSync(STATE) ? JSON.parse(readFileSync(STATE, 'utf8')) : undefined;
}

/** The number of a process is used again; its program is not. */
function isRunning({ pid, program }) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] === program;
  } catch {
    return false;
  }
}

function startProcess(program, args) {
  const log = openSync(path.join(FOLDER, `${path.basename(program)}.log`), 'w');
  const child = spawn(program, args, { cwd: FOLDER, detached: true, stdio: ['ignore', log, log] });
  child.unref();
  return { pid: child.pid, program };
}

function etcdArguments({ etcd, peer }) {
  const [client, other] = [`http://127.0.0.1:${etcd}`, `http://127.0.0.1:${peer}`];
  return [
    ...['--data-dir', path.join(FOLDER, 'etcd'), '--listen-client-urls', client, '--advertise-client-urls', client],
    ...['--listen-peer-urls', other, '--initial-advertise-peer-urls', other, '--initial-cluster', `default=${other}`],
    '--unsafe-no-fsync', // it does not have to survive this machine
  ];
}

function apiserverArguments({ etcd, api }) {
  const key = path.join(FOLDER, 'service-account.key');
  return [
    ...['--etcd-servers', `http://127.0.0.1:${etcd}`, '--bind-address', '127.0.0.1', '--secure-port', String(api)],
    ...['--cert-dir', path.join(FOLDER, 'certificates'), '--token-auth-file', path.join(FOLDER, 'tokens.csv')],
    ...[
      '--authorization-mode',
      'RBAC',
      '--service-cluster-ip-range',
      '10.96.0.0/16',
      '--endpoint-reconciler-type',
      'none',
    ],
    ...['--service-account-issuer', 'https://kubernetes.default.svc', '--service-account-key-file', key],
    ...['--service-account-signing-key-file', key],
  ];
}

function controllerArguments() {
  return [
    ...['--kubeconfig', KUBECONFIG, '--leader-elect=false', '--secure-port=0'],
    '--horizontal-pod-autoscaler-sync-period=2s',
    ...['--service-account-private-key-file', path.join(FOLDER, 'service-account.key')],
    ...['--root-ca-file', path.join(FOLDER, 'certificates/apiserver.crt')],
  ];
}

/** Pods become ready as they do on a node, and those of Jobs end well. */
function kwokArguments(bin, port) {
  return [
    ...['--kubeconfig', KUBECONFIG, '--config', path.join(bin, 'kwok-stages.yaml'), '--manage-all-nodes=true'],
    ...['--node-lease-duration-seconds', '40', '--server-address', `127.0.0.1:${port}`],
  ];
}

function writeSecrets(port) {
  const token = randomBytes(24).toString('hex');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const write = (name, text) => writeFileSync(path.join(FOLDER, name), text, { mode: 0o600 });
  write('service-account.key', privateKey.export({ type: 'pkcs8', format: 'pem' }));
  write('tokens.csv', `${token},admin,admin,system:masters\n`);
  write(
    'kubeconfig',
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'atom',
          cluster: {
            server: `https://127.0.0.1:${port}`,
            'certificate-authority': path.join(FOLDER, 'certificates/apiserver.crt'),
          },
        },
      ],
      users: [{ name: 'admin', user: { token } }],
      contexts: [{ name: 'atom', context: { cluster: 'atom', user: 'admin' } }],
      'current-context': 'atom',
    }),
  );
}

/** Two nodes, and volumes for claims: there is nothing here that would make any. */
function furniture() {
  const nodes = ['node-a', 'node-b'].map((name, i) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/zone': `zone-${i}`,
      },
    },
    status: {
      allocatable: { cpu: '32', memory: '256Gi', pods: '110' },
      capacity: { cpu: '32', memory: '256Gi', pods: '110' },
    },
  }));
  const storage = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'Immediate',
  };
  const volumes = Array.from({ length: 40 }, (_, i) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `volume-${i}` },
    spec: {
      capacity: { storage: '100Gi' },
      accessModes: ['ReadWriteOnce', 'ReadWriteMany'],
      storageClassName: 'standard',
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: `/nowhere/${i}` },
    },
  }));
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...nodes, storage, ...volumes] });
}

function kubectl(bin, args, input = '') {
  const options = { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], timeout: 30_000 };
  return execFileSync(path.join(bin, 'kubectl'), ['--kubeconfig', KUBECONFIG, ...args], options);
}

async function waitFor(what, bin, attempt) {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      const dead = (state()?.processes ?? []).find((one) => !isRunning(one));
      if (dead !== undefined) throw new Error(`${path.basename(dead.program)} ended.`, { cause: error });
      if (Date.now() > deadline) throw new Error(`${what}: ${error.stderr || error.message}`, { cause: error });
      await delay(250);
    }
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const verb = process.argv[2];
  if (verb === 'up') console.log(await up());
  else if (verb === 'down') await down();
  else {
    console.error('usage: node scripts/cluster/cluster.mjs up|down');
    process.exitCode = 2;
  }
}
