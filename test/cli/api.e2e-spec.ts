import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { escapeText } from '../../src/cli/output/escape.js';
import { AtomStub, sendProblem } from './atom.stub.js';
import { atomctl } from './atomctl.process.js';

jest.setTimeout(60_000); // processes on a busy machine

let atom: AtomStub;
beforeAll(async () => {
  atom = await AtomStub.start();
});
beforeEach(() => atom.reset());
afterAll(() => atom.stop());

const call = (...args: string[]) => atomctl(args, { env: { ATOM_URL: atom.url, ATOM_TOKEN: 'atom_pat_test' } });

const version = {
  name: 'restart',
  version: '1.0.0',
  digest: 'sha256:00ff',
  size: 10,
  signer: { kind: 'key', keyId: 'key-1' },
  decision: { id: 'd1', outcome: 'allow', requiredApprovals: 0, risk: { score: 20, level: 'low' }, reasons: [] },
  uploadedBy: 'ci',
  createdAt: '2026-01-01T00:00:00.000Z',
  ...{ state: 'active', stateReason: null, stateBy: null, stateAt: null, override: null },
};

const summary = (name: string) => ({
  ...{ name, latestVersion: '1.0.0', description: 'Restarts.', tags: [], versions: 2, state: 'active' },
  updatedAt: '2026-01-01T00:00:00.000Z',
});

describe('wrong usage', () => {
  it.each([
    [[]],
    [['lst']],
    [['list', '--no-such-option']],
    [['run']],
    [['list', '-o', 'xml']],
    [['list', '--url', 'atom.example']],
    [['list', '--limit', 'many']],
    [['run', 'restart', '-i', 'namespace']],
    [['config', 'edit']],
  ])('%j ends with 2 and says nothing on stdout', async (args) => {
    const { code, stdout, stderr } = await call(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
    expect(atom.seen).toEqual([]);
  });

  it('offers the command that was meant', async () => {
    expect((await call('lst')).stderr).toContain('list');
  });
});

describe('help', () => {
  it('goes to stdout with exit 0', async () => {
    const { code, stdout, stderr } = await call('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const names = ['keygen', 'validate', 'pack', 'sign', 'verify', 'push', 'list', 'get', 'explain', 'trust', 'audit'];
    for (const name of [...names, 'run', 'status', 'logs']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
  });
});

describe('list', () => {
  it('sends the token and shows a table of every page', async () => {
    atom.on('GET /v1/workflows', ({ line }, response) => {
      const second = line.includes('cursor=next');
      const page = second
        ? { items: [summary('scale')], nextCursor: null }
        : { items: [summary('a')], nextCursor: 'next' };
      response.end(JSON.stringify(page));
    });
    const { code, stdout, stderr } = await call('list');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').map((line) => line.split(/ +/)[0])).toEqual(['NAME', 'a', 'scale', '']);
    expect(atom.seen.map(({ headers }) => headers.authorization)).toEqual(Array(2).fill('Bearer atom_pat_test'));
  });

  it('prints one JSON document, with options before or after the command', async () => {
    atom.onJson('GET /v1/workflows', 200, { items: [summary('a')], nextCursor: null });
    for (const args of [
      ['-o', 'json', 'list'],
      ['list', '-o', 'json'],
    ]) {
      expect(JSON.parse((await call(...args)).stdout)).toEqual({ items: [summary('a')] });
    }
  });

  it('shows the versions of one workflow', async () => {
    atom.onJson('GET /v1/workflows/restart', 200, { name: 'restart', latestVersion: '1.0.0', versions: [version] });
    const { code, stdout } = await call('list', 'restart');
    expect(code).toBe(0);
    expect(stdout).toMatch(/1\.0\.0 +active +allow +20 .*sha256:00ff/);
  });

  it('stops at a server whose list has no end', async () => {
    atom.onJson('GET /v1/workflows', 200, { items: [summary('a')], nextCursor: 'same' });
    expect((await call('list')).code).toBe(3);
  });

  it('makes control characters of the server visible', async () => {
    atom.onJson('GET /v1/workflows', 200, { items: [summary('a\u001b]0;owned\u0007\u009b2J')] });
    for (const format of ['table', 'json', 'yaml']) {
      const { stdout } = await call('list', '-o', format);
      expect(stdout).toContain('owned');
      expect(escapeText(stdout)).toBe(stdout);
    }
  });
});

describe('refusals', () => {
  it.each([
    [401, 'token-invalid', 'ATOM_TOKEN'],
    [403, 'forbidden', 'role'],
    [404, 'not-found', 'atomctl list'],
  ])('%i ends with 1 and says what to do', async (status, code, advice) => {
    atom.on('GET /v1/workflows/x', (_request, response) => sendProblem(response, status, code));
    const ended = await call('list', 'x');
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain(code);
    expect(ended.stderr).toContain('req-1');
    expect(ended.stderr).toContain(advice);
  });

  it('shows every wrong place of a problem', async () => {
    const errors = [{ pointer: '/inputs/namespace', detail: 'is required' }];
    atom.on('POST /v1/runs', (_request, response) => sendProblem(response, 422, 'inputs-invalid', { errors }));
    const { code, stderr } = await call('run', 'restart');
    expect(code).toBe(1);
    expect(stderr).toContain('/inputs/namespace: is required');
  });
});

describe('Atom that cannot be reached', () => {
  it('ends with 3 and says how to start it', async () => {
    const gone = await AtomStub.start();
    const { url } = gone;
    await gone.stop();
    const { code, stdout, stderr } = await atomctl(['list', '--url', url]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('npm run quickstart');
  });

  it('ends with 3 when no answer comes in time', async () => {
    atom.on('GET /v1/workflows', () => undefined);
    const { code, stderr } = await call('list', '--timeout', '200ms');
    expect(code).toBe(3);
    expect(stderr).toContain('--timeout');
  });

  it('ends with 3 when a part of the answer never comes', async () => {
    atom.on('GET /v1/workflows', (_request, response) => void response.writeHead(200).write('{"items":['));
    expect((await call('list', '--timeout', '200ms')).code).toBe(3);
  });

  it.each([
    ['a web page', 200, '<html></html>'],
    ['a page that is not found', 404, '<html></html>'],
    ['a proxy without a server behind it', 502, 'Bad Gateway'],
  ])('ends with 3 for %s', async (_what, status, body) => {
    atom.on('GET /v1/workflows', (_request, response) => void response.writeHead(status).end(body));
    expect((await call('list')).code).toBe(3);
  });

  it('does not carry the token along a redirect', async () => {
    const other = await AtomStub.start();
    atom.on('GET /v1/workflows', (_request, response) => void response.writeHead(307, { location: other.url }).end());
    expect((await call('list')).code).toBe(3);
    expect(other.seen).toEqual([]);
    await other.stop();
  });

  it('says how to repeat a start that may have arrived', async () => {
    atom.on('POST /v1/runs', (_request, response) => void response.socket?.destroy());
    const { code, stderr } = await call('run', 'restart');
    expect(code).toBe(3);
    expect(stderr).toContain(`--idempotency-key ${String(atom.seen[0]?.headers['idempotency-key'])}`);
  });
});

describe('tokens', () => {
  it('warns about a token among the arguments, on stderr', async () => {
    atom.onJson('GET /v1/workflows', 200, { items: [] });
    const { code, stdout, stderr } = await call('list', '--token', 'atom_pat_other', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ items: [] });
    expect(stderr).toContain('warning:');
    expect(atom.seen[0]?.headers.authorization).toBe('Bearer atom_pat_other');
  });

  it('config view shows who the token is and only its end', async () => {
    atom.onJson('GET /v1/tokens/self', 200, { tokenId: 't1', name: 'ci', role: 'author' });
    const { code, stdout } = await call('config', 'view', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ url: atom.url, token: '…test', identity: { role: 'author' } });
  });
});
