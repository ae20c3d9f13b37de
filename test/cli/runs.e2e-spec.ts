import type { ServerResponse } from 'node:http';

import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';

import { AtomStub, sendEvents, sendProblem } from './atom.stub.js';
import { Atomctl, atomctl } from './atomctl.process.js';

jest.setTimeout(60_000); // processes on a busy machine

let atom: AtomStub;
beforeAll(async () => {
  atom = await AtomStub.start();
});
beforeEach(() => atom.reset());
afterAll(() => atom.stop());

const choices = () => ({ env: { ATOM_URL: atom.url, ATOM_TOKEN: 't' } });
const call = (...args: string[]) => atomctl(args, choices());

const at = '2026-01-01T00:00:00.000Z';
const run = (state: string, more: object = {}) => ({
  ...{ id: 'run-1', workflow: 'restart', version: '1.0.0', digest: 'sha256:00', state, inputs: { namespace: 'shop' } },
  ...{ target: 'shop/deployments/web', outputs: null, requestedBy: 'ci', attempt: 1, createdAt: at },
  ...more,
});
const step = { index: 0, name: 'restart', action: 'kubernetes/restart', state: 'succeeded', attempt: 1, outputs: {} };

const stepEvent = (seq: number, state: string): readonly [string, string, object] => [
  String(seq),
  'step',
  { seq, at, step: 'restart', index: 0, state, attempt: 1 },
];
const logEvent = (seq: number, line: string): readonly [string, string, object] => [
  String(seq),
  'log',
  { seq, at, step: 'restart', line },
];
const end = (seq: number, state: string): readonly [string, string, object] => [String(seq), 'end', { state }];

function finish(response: ServerResponse, events: Parameters<typeof sendEvents>[1]): void {
  sendEvents(response, events);
  response.end();
}

/** A run that was accepted, will end in `state`, and whose streams say so at once. */
function aRunThatEnds(state: string, more: object = {}): void {
  atom
    .onJson('POST /v1/runs', 202, run('queued'))
    .onJson('GET /v1/runs/run-1', 200, run(state, more))
    .onJson('GET /v1/runs/run-1/steps', 200, { items: [{ ...step, state, startedAt: at, finishedAt: at }] })
    .on('GET /v1/runs/run-1/events', (_request, response) =>
      finish(response, [logEvent(1, 'patched'), stepEvent(2, state), end(3, state)]),
    )
    .on('GET /v1/runs/run-1/logs', (_request, response) => finish(response, [logEvent(1, 'patched'), end(2, state)]));
}

describe('run', () => {
  it('sends workflow, version and typed inputs with an idempotency key', async () => {
    atom.onJson('POST /v1/runs', 202, run('queued'));
    const { code, stdout } = await call(
      'run',
      'restart@1.0.0',
      '-i',
      'namespace=shop',
      '-i',
      'logLines=5',
      '-o',
      'json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(run('queued'));
    const [request] = atom.seen;
    expect(JSON.parse(String(request?.body))).toEqual({
      workflow: 'restart',
      version: '1.0.0',
      inputs: { namespace: 'shop', logLines: 5 },
    });
    expect(request?.headers['idempotency-key']).toMatch(/^[\da-f-]{36}$/);
  });

  it('uses the idempotency key that it was given and says when it started nothing', async () => {
    atom.onJson('POST /v1/runs', 200, run('succeeded'), { 'idempotent-replayed': 'true' });
    const { code, stderr } = await call('run', 'restart', '--idempotency-key', 'nightly-1');
    expect(code).toBe(0);
    expect(stderr).toContain('before');
    expect(atom.seen[0]?.headers['idempotency-key']).toBe('nightly-1');
  });
});

describe('run --wait', () => {
  it('tells steps and log lines on stderr, prints one document on stdout and ends with 0 on success', async () => {
    aRunThatEnds('succeeded', { outputs: { restartedAt: at } });
    const { code, stdout, stderr } = await call('run', 'restart', '--wait', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: 'run-1', state: 'succeeded', steps: [{ name: 'restart' }] });
    expect(stderr).toContain('step restart: succeeded');
    expect(stderr).toContain('restart | patched');
  });

  it.each(['failed', 'cancelled', 'timed_out', 'needs_attention'])('ends with 1 when the run is %s', async (state) => {
    aRunThatEnds(state, { reason: { code: 'STEP.FAILED', message: 'never healthy' } });
    const { code, stdout } = await call('run', 'restart', '--wait');
    expect(code).toBe(1);
    expect(stdout).toContain('STEP.FAILED: never healthy');
  });

  it('comes back after a cut connection where it was, and tells nothing twice', async () => {
    aRunThatEnds('succeeded');
    atom.on('GET /v1/runs/run-1/events', ({ headers }, response, earlier) => {
      if (earlier === 0) {
        sendEvents(response, [stepEvent(1, 'running')]);
        setTimeout(() => response.socket?.destroy(), 50);
      } else if (earlier === 1) {
        response.socket?.destroy();
      } else if (headers['last-event-id'] === '1') {
        finish(response, [stepEvent(2, 'succeeded'), end(3, 'succeeded')]);
      } else {
        sendProblem(response, 400, 'lost-the-place');
      }
    });
    const { code, stderr } = await call('run', 'restart', '--wait');
    expect(code).toBe(0);
    expect(stderr.match(/^step restart: .*$/gm)).toEqual(['step restart: running', 'step restart: succeeded']);
    expect(atom.requests('GET /v1/runs/run-1/events').map(({ headers }) => headers['last-event-id'])).toEqual([
      undefined,
      '1',
      '1',
    ]);
  });

  it('ends with the run even when the streams never say so', async () => {
    aRunThatEnds('succeeded');
    atom.on('GET /v1/runs/run-1/events', (_request, response) => finish(response, []));
    expect((await call('run', 'restart', '--wait')).code).toBe(0);
  });

  it('stops at once when the events are refused', async () => {
    aRunThatEnds('succeeded');
    atom.on('GET /v1/runs/run-1/events', (_request, response) => sendProblem(response, 401, 'token-expired'));
    const { code, stderr } = await call('run', 'restart', '--wait');
    expect(code).toBe(1);
    expect(stderr).toContain('token-expired');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s stops the waiting, not the run, and says how to come back',
    async (signal) => {
      aRunThatEnds('running');
      atom
        .on('GET /v1/runs/run-1/events', (_request, response) => sendEvents(response, [stepEvent(1, 'running')]))
        .on('GET /v1/runs/run-1/logs', (_request, response) => sendEvents(response, []));
      const process = new Atomctl(['run', 'restart', '--wait'], choices());
      await process.told('step restart: running');
      process.child.kill(signal);
      const { code, stdout, stderr } = await process.ended;
      expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
      expect(stderr).toContain('atomctl logs --follow run-1');
      expect(stderr).toContain('atomctl cancel run-1');
      expect(atom.requests('POST /v1/runs/run-1/cancel')).toEqual([]);
    },
  );
});

describe('dry-run', () => {
  const route = 'POST /v1/workflows/restart/versions/1.0.0/dry-run';
  const planned = { id: 'run-1', dryRun: true };
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
  const fields = [{ path: '/spec/replicas', before: 2, after: 3 }];
  const allowed = { verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'shop', allowed: true };
  const plan = { changes: [{ object, operation: 'update', fields }], permissions: [allowed] };

  /** A dry-run that was accepted and has ended in `state` with this plan in its only step. */
  function aDryRunThatEnds(state: string, outputs: object | null = { plan }): void {
    aRunThatEnds(state, planned);
    atom
      .onJson(route, 202, run('queued', planned))
      .onJson('GET /v1/runs/run-1/steps', 200, { items: [{ ...step, state, outputs }] });
  }

  it('follows the run that plans and shows what would change', async () => {
    aDryRunThatEnds('succeeded');
    const { code, stdout, stderr } = await call('dry-run', 'restart@1.0.0', '-i', 'namespace=shop');
    expect(code).toBe(0);
    expect(stdout).toContain('  ~ Deployment shop/web\n      ~ spec.replicas: 2 → 3\n');
    expect(stdout).toContain('1 object would change, 0 steps read only, 0 could not be planned.');
    expect(stderr).toContain('step restart: succeeded');
    const [request] = atom.requests(route);
    expect(JSON.parse(String(request?.body))).toEqual({ inputs: { namespace: 'shop' } });
    expect(request?.headers['idempotency-key']).toMatch(/^[\da-f-]{36}$/);
    expect(atom.requests('POST /v1/runs')).toEqual([]);
  });

  it.each([[['dry-run', 'restart']], [['run', 'restart', '--dry-run']]])(
    '%j plans the latest version and starts no run',
    async (args) => {
      aDryRunThatEnds('succeeded');
      atom.onJson('GET /v1/workflows/restart', 200, { name: 'restart', latestVersion: '1.0.0', versions: [] });
      expect((await call(...args)).code).toBe(0);
      expect(atom.requests(route)).toHaveLength(1);
      expect(atom.requests('POST /v1/runs')).toEqual([]);
    },
  );

  it('asks for a version when every version is a pre-release', async () => {
    atom.onJson('GET /v1/workflows/restart', 200, { name: 'restart', latestVersion: null, versions: [] });
    const { code, stderr } = await call('dry-run', 'restart');
    expect(code).toBe(1);
    expect(stderr).toContain('restart@VERSION');
  });

  it.each(['json', 'yaml'])('prints one %s document with plans and counts', async (format) => {
    aDryRunThatEnds('succeeded');
    const { code, stdout } = await call('dry-run', 'restart@1.0.0', '-o', format);
    expect(code).toBe(0);
    expect(parse(stdout)).toMatchObject({
      ...planned,
      steps: [{ outputs: { plan } }],
      summary: { objectsChanged: 1, stepsReadOnly: 0, stepsUnplanned: 0, permissionsMissing: 0 },
    });
  });

  it('ends with 1 when a permission is missing', async () => {
    const permissions = [{ ...allowed, allowed: false }];
    aDryRunThatEnds('succeeded', { plan: { changes: [], permissions, unsimulated: 'Not tried.' } });
    const { code, stdout } = await call('dry-run', 'restart@1.0.0');
    expect(code).toBe(1);
    expect(stdout).toContain('permission missing: patch deployments.apps in namespace shop');
  });

  it.each(['failed', 'cancelled', 'timed_out'])('ends with 1 when the dry-run is %s', async (state) => {
    aDryRunThatEnds(state, null);
    const { code, stdout } = await call('dry-run', 'restart@1.0.0');
    expect(code).toBe(1);
    expect(stdout).toContain(`dry-run: ${state}`);
  });

  it('ends with 1 in the words of the server when it is refused', async () => {
    atom.on(route, (_request, response) => sendProblem(response, 422, 'inputs-invalid'));
    const { code, stdout, stderr } = await call('dry-run', 'restart@1.0.0');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('inputs-invalid');
  });

  it('is told from a run in the list of runs', async () => {
    atom.onJson('GET /v1/runs', 200, { items: [run('succeeded', planned)], nextCursor: null });
    expect((await call('status')).stdout).toContain('restart@1.0.0 (dry-run)');
  });

  it('is shown again by status, with its plan', async () => {
    aDryRunThatEnds('succeeded');
    const { code, stdout } = await call('status', 'run-1');
    expect(code).toBe(0);
    expect(stdout).toContain('~ spec.replicas: 2 → 3');
  });
});

describe('status', () => {
  it('shows a run with its steps and outputs', async () => {
    aRunThatEnds('failed', { outputs: { note: 'a\u001b[2J' }, reason: { code: 'STEP.FAILED', message: 'no' } });
    const { code, stdout } = await call('status', 'run-1');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^state: +failed$/m);
    expect(stdout).toMatch(/^restart +kubernetes\/restart +failed +1 +0 ms$/m);
    expect(stdout).toContain('a\\u001b[2J');
  });

  it('lists the latest runs when no run is named', async () => {
    atom.onJson('GET /v1/runs', 200, { items: [run('queued'), run('failed')], nextCursor: null });
    const { code, stdout } = await call('status', '--workflow', 'restart', '--state', 'failed');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(3);
    expect(stdout).not.toContain('dry-run');
    expect(atom.seen[0]?.line).toBe('GET /v1/runs?workflow=restart&state=failed&limit=20');
  });
});

describe('logs', () => {
  it('prints the lines of a run that is over on stdout', async () => {
    aRunThatEnds('succeeded');
    expect(await call('logs', 'run-1')).toEqual({ code: 0, stdout: 'restart | patched\n', stderr: '' });
  });

  it('prints what there is of a run that goes on, and ends', async () => {
    aRunThatEnds('running');
    atom.on('GET /v1/runs/run-1/logs', (_request, response) => sendEvents(response, [logEvent(1, 'so far')]));
    const { code, stdout, stderr } = await call('logs', 'run-1', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ items: [{ seq: 1, at, step: 'restart', line: 'so far' }] });
    expect(stderr).toContain('--follow');
  });

  it('follows with one JSON document a line', async () => {
    aRunThatEnds('succeeded');
    atom.on('GET /v1/runs/run-1/logs', (_request, response) =>
      finish(response, [logEvent(1, 'a'), logEvent(2, 'b'), end(3, 'succeeded')]),
    );
    const { stdout } = await call('logs', 'run-1', '--follow', '-o', 'json');
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { line: string }).line),
    ).toEqual(['a', 'b']);
  });

  it('is quiet when its reader has seen enough', async () => {
    aRunThatEnds('succeeded');
    atom.on('GET /v1/runs/run-1/logs', (_request, response) => {
      let seq = 0;
      const timer = setInterval(() => sendEvents(response, [logEvent((seq += 1), 'line')]), 5);
      response.on('close', () => clearInterval(timer));
    });
    const process = new Atomctl(['logs', 'run-1', '--follow'], choices());
    process.child.stdout?.once('data', () => process.child.stdout?.destroy());
    expect(await process.ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('cancel', () => {
  it('asks and says that asking is not the end', async () => {
    atom.onJson('POST /v1/runs/run-1/cancel', 202, run('running'));
    const { code, stdout, stderr } = await call('cancel', 'run-1');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'run run-1: running\n' });
    expect(stderr).toContain('atomctl status run-1');
  });

  it('keeps an id within its place of the path', async () => {
    expect((await call('cancel', '../tokens/x')).code).toBe(1);
    expect(atom.seen[0]?.line).toBe('POST /v1/runs/..%2Ftokens%2Fx/cancel');
  });
});
