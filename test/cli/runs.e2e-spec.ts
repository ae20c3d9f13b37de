import type { ServerResponse } from 'node:http';

import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';

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
