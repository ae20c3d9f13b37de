import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { VaultClient } from '../../src/platform/vault/vault.client.js';
import { VAULT_TIMING, type VaultTiming } from '../../src/platform/vault/vault.retries.js';
import type { VaultAuth } from '../../src/platform/vault/vault.settings.js';
import { waitUntil } from '../support/wait-until.js';
import {
  cut,
  drip,
  endless,
  LoopbackVault,
  ok,
  type Reply,
  route,
  silence,
  status,
  truncated,
} from './loopback.vault.js';

const TIMING: VaultTiming = { tries: 5, totalMs: 4000, tryMs: 1000, pauseMs: 5 };
const TOKEN = 'hvs.CAESIJ-canary-token';
const SECRET_ID = 'canary-secret-id';

const byToken: VaultAuth = { method: 'token', token: { text: TOKEN } };
const byAppRole: VaultAuth = { method: 'approle', mount: 'approle', roleId: 'role', secretId: { text: SECRET_ID } };

const tokenFound = ok({ ttl: 0, renewable: false });
const loggedIn = (token: string, seconds = 3600, renewable = true): Reply =>
  status(200, { auth: { client_token: token, lease_duration: seconds, renewable } });
const code = (text: string) => expect.objectContaining({ name: 'VaultError', code: text });

let vault: LoopbackVault;
const clients: VaultClient[] = [];

beforeAll(async () => {
  vault = await LoopbackVault.start();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});
afterAll(() => vault.stop());

function open(
  auth: VaultAuth = byToken,
  more: { namespace?: string; timing?: Partial<VaultTiming> } = {},
): VaultClient {
  const { timing, ...settings } = more;
  const client = new VaultClient({ address: vault.address, auth, ...settings }, { ...TIMING, ...timing });
  clients.push(client);
  return client;
}

/** Logged in with a token of its own, and nothing on the record. */
async function ready(auth: VaultAuth = byToken, timing: Partial<VaultTiming> = {}): Promise<VaultClient> {
  const client = open(auth, { timing });
  vault.answer(auth.method === 'token' ? tokenFound : loggedIn('t0'), ok());
  await client.request('GET', 'sys/mounts');
  return client;
}

/** What a call fails with. */
async function failure(call: Promise<unknown>): Promise<Error> {
  const outcome = await call.catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome;
  throw new Error('It did not fail.');
}

describe('a request to Vault', () => {
  it('carries token, namespace and the mark of a client, and its body as JSON', async () => {
    vault.answer(tokenFound, ok({ valid: true }));
    const answer = await open(byToken, { namespace: 'teams/a' }).request('POST', 'transit/verify/atom', { input: 'x' });
    expect(answer).toEqual({ data: { valid: true } });
    expect(vault.paths).toEqual(['GET /v1/auth/token/lookup-self', 'POST /v1/transit/verify/atom']);
    const headers = { 'x-vault-token': TOKEN, 'x-vault-namespace': 'teams/a', 'x-vault-request': 'true' };
    for (const received of vault.received) expect(received.headers).toMatchObject(headers);
    expect(vault.received[1]).toMatchObject({ body: { input: 'x' }, headers: { 'content-type': 'application/json' } });
  });

  it('answers an empty object to 204', async () => {
    const client = await ready();
    vault.answer(status(204));
    expect(await client.request('POST', 'auth/token/revoke-self')).toEqual({});
  });

  it('is five tries and ten seconds at most, unless somebody changes that', () => {
    expect(VAULT_TIMING).toMatchObject({ tries: 5, totalMs: 10_000 });
  });

  describe('that fails in passing', () => {
    let client: VaultClient;
    beforeEach(async () => {
      client = await ready();
    });

    it.each<[string, Reply]>([
      ['412', status(412, { errors: ['required index state not present'] })],
      ['429', status(429, { errors: ['request path: rate limit quota exceeded'] })],
      ['500', status(500, { errors: ['internal error'] })],
      ['502 of a gateway that speaks HTML', (_r, response) => response.writeHead(502).end('<html>')],
      ['503', status(503, { errors: ['Vault is sealed'] })],
      ['504', status(504)],
      ['a connection that is cut', cut],
      ['an answer that is cut', truncated],
    ])('is tried again after %s, four times', async (_, reply) => {
      vault.answer(reply, reply, reply, reply, ok({ value: 1 }));
      expect(await client.request('GET', 'secret/data/a')).toEqual({ data: { value: 1 } });
      expect(vault.received).toHaveLength(5);
    });

    it.each<[string, Reply, string]>([
      ['412', status(412), 'VAULT.UNAVAILABLE'],
      ['429', status(429), 'VAULT.UNAVAILABLE'],
      ['500', status(500), 'VAULT.UNAVAILABLE'],
      ['503 without words', status(503), 'VAULT.UNAVAILABLE'],
      ['503, sealed', status(503, { errors: ['Vault is sealed'] }), 'VAULT.SEALED'],
      ['a connection that is cut', cut, 'VAULT.UNREACHABLE'],
    ])('fails after five tries that end with %s', async (_, reply, expected) => {
      vault.answer(reply);
      await expect(client.request('GET', 'secret/data/a')).rejects.toEqual(code(expected));
      expect(vault.received).toHaveLength(5);
    });

    it('waits for as long as Vault asks', async () => {
      vault.answer(status(429, { errors: [] }, { 'retry-after': '1' }), ok());
      const started = performance.now();
      await client.request('GET', 'secret/data/a');
      expect(performance.now() - started).toBeGreaterThanOrEqual(990);
    });

    it('does not wait for longer than it has', async () => {
      vault.answer(status(429, { errors: [] }, { 'retry-after': '60' }));
      await expect(client.request('GET', 'secret/data/a')).rejects.toEqual(code('VAULT.UNAVAILABLE'));
      expect(vault.received).toHaveLength(1);
    });
  });

  it.each<[number, string]>([
    [400, 'VAULT.REFUSED'],
    [404, 'VAULT.NOT_FOUND'],
    [405, 'VAULT.REFUSED'],
    [413, 'VAULT.REFUSED'],
    [501, 'VAULT.REFUSED'],
  ])('is not tried again after %i', async (refused, expected) => {
    const client = await ready();
    vault.answer(status(refused, { errors: ['no'] }));
    await expect(client.request('GET', 'secret/data/a')).rejects.toEqual(code(expected));
    expect(vault.received).toHaveLength(1);
  });

  it.each<[string, Reply]>([
    ['no answer', silence],
    ['an answer that drips', drip],
  ])('ends in time with %s', async (_, reply) => {
    const client = await ready(byToken, { tryMs: 150, totalMs: 1000 });
    vault.answer(reply);
    const started = performance.now();
    await expect(client.request('GET', 'secret/data/a')).rejects.toEqual(code('VAULT.UNREACHABLE'));
    expect(performance.now() - started).toBeLessThan(5000);
    expect(vault.received.length).toBeLessThanOrEqual(5);
  });

  it.each<[string, Reply]>([
    ['a body without end', endless],
    ['half a JSON text', (_r, response) => response.writeHead(200).end('{"data":{"valu')],
    ['a page', (_r, response) => response.writeHead(200).end('<html>Welcome</html>')],
    ['a list', status(200, [1])],
    ['nothing', status(200)],
    ['202', status(202, { data: {} })],
  ])('is malformed when the answer is %s', async (_, reply) => {
    const client = await ready();
    vault.answer(reply);
    await expect(client.request('GET', 'secret/data/a')).rejects.toEqual(code('VAULT.MALFORMED'));
    expect(vault.received).toHaveLength(1);
  });

  it.each([301, 302, 307, 308])('does not follow %i, which would take the token elsewhere', async (redirect) => {
    const other = await LoopbackVault.start();
    const client = await ready();
    vault.answer(status(redirect, undefined, { location: `${other.address}/v1/secret/data/a` }));
    const refused = failure(client.request('GET', 'secret/data/a'));
    expect(await refused).toEqual(code('VAULT.REFUSED'));
    expect((await refused).message).toContain('VAULT_ADDR');
    expect(other.received).toEqual([]);
    await other.stop();
  });

  it.each([
    '/sys/mounts',
    'secret/data/../../sys/mounts',
    'secret/%2e%2E/sys/mounts',
    'secret/data/..%2f..%2fsys',
    'secret//data',
    'secret/data/',
    'secret/data/a.',
    'secret/data/a?version=1',
    'secret/data/a#b',
    'secret/data/a b',
    'secret\\..\\sys',
    'secret/%zz',
    'secret/%00',
    '',
  ])('does not leave for the path %j', async (odd) => {
    const client = await ready();
    vault.answer(ok());
    await expect(client.request('GET', odd)).rejects.toEqual(code('VAULT.REFUSED'));
    expect(vault.received).toEqual([]);
  });

  it('says in its failures what to do, what Vault said, and nothing that is secret', async () => {
    const client = await ready();
    vault.answer(({ body, headers }, response) => {
      const errors = [`cannot use ${JSON.stringify(body)}\n of ${String(headers['x-vault-token'])}`];
      response.writeHead(400).end(JSON.stringify({ errors }));
    });
    const { message } = await failure(client.request('POST', 'transit/sign/a', { input: 'canary-input' }));
    expect(message).toContain('Vault answered 400 to POST transit/sign/a');
    expect(message).toContain('cannot use {"input":"[hidden]"} of [hidden]');
  });
});

describe('the login at Vault', () => {
  it('happens once for all who wait for it', async () => {
    const client = open(byAppRole);
    vault.answer(loggedIn('t1'), ok());
    await Promise.all(Array.from({ length: 20 }, () => client.request('GET', 'secret/data/a')));
    expect(vault.paths.filter((path) => path.startsWith('POST'))).toEqual(['POST /v1/auth/approle/login']);
    expect(vault.received[0]).toMatchObject({ body: { role_id: 'role', secret_id: SECRET_ID } });
    expect(vault.received[0]?.headers).not.toHaveProperty('x-vault-token');
    expect(vault.received.slice(1).every(({ headers }) => headers['x-vault-token'] === 't1')).toBe(true);
  });

  it('is repeated once when the token is refused, and once for all', async () => {
    const client = await ready(byAppRole);
    let token = '';
    vault.answer(
      route(({ path, headers }) => {
        if (path.endsWith('/login')) return loggedIn((token = 't1'));
        return headers['x-vault-token'] === token ? ok() : status(403, { errors: ['permission denied'] });
      }),
    );
    await Promise.all(Array.from({ length: 10 }, () => client.request('GET', 'secret/data/a')));
    expect(vault.paths.filter((path) => path.endsWith('/login'))).toHaveLength(1);
    expect(vault.received).toHaveLength(21);
  });

  it('is not repeated for what the policy forbids to every token', async () => {
    const client = await ready(byAppRole);
    const forbidden = status(403, { errors: ['1 error occurred:\n\t* permission denied\n\n'] });
    vault.answer(forbidden, loggedIn('t1'), forbidden);
    await expect(client.request('GET', 'secret/data/a')).rejects.toEqual(code('VAULT.FORBIDDEN'));
    expect(vault.received).toHaveLength(3);
  });

  it.each<[string, Reply]>([
    ['400', status(400, { errors: ['invalid role or secret ID'] })],
    ['403', status(403, { errors: ['permission denied'] })],
    ['404', status(404, { errors: [] })],
    ['no token', status(200, { auth: null })],
    ['a token that no header takes', loggedIn('a\r\nx-other: b')],
  ])('fails with %s in words about the login, and nothing secret', async (_, reply) => {
    vault.answer(reply);
    const error = await failure(open(byAppRole).request('GET', 'secret/data/a'));
    expect(error).toEqual(code('VAULT.LOGIN_FAILED'));
    expect(error.message).toMatch(/VAULT_ROLE_ID|VAULT_ADDR/);
    expect(error.message).not.toContain(SECRET_ID);
    expect(vault.received).toHaveLength(1);
  });

  it('is tried anew by the next call after one that failed', async () => {
    const client = open(byAppRole);
    vault.answer(status(400, { errors: ['invalid role or secret ID'] }), loggedIn('t1'), ok({ value: 1 }));
    await expect(client.request('GET', 'secret/data/a')).rejects.toEqual(code('VAULT.LOGIN_FAILED'));
    expect(await client.request('GET', 'secret/data/a')).toEqual({ data: { value: 1 } });
  });

  it('does not hold a call for longer than the call has', async () => {
    vault.answer(silence);
    const started = performance.now();
    const call = open(byAppRole, { timing: { totalMs: 300 } }).request('GET', 'secret/data/a');
    await expect(call).rejects.toEqual(code('VAULT.UNREACHABLE'));
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('with a token that Vault does not know names the variables', async () => {
    vault.answer(status(403, { errors: ['bad token'] }));
    const error = await failure(open().request('GET', 'secret/data/a'));
    expect(error).toEqual(code('VAULT.LOGIN_FAILED'));
    expect(error.message).toContain('VAULT_TOKEN');
    expect(error.message).not.toContain(TOKEN);
  });
});

describe('a credential in a file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'atom-vault-'));
    file = path.join(folder, 'credential');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const forbidden = status(403, { errors: ['permission denied'] });

  it.each<[string, () => VaultAuth, (credential: string) => object]>([
    [
      'of a pod',
      () => ({ method: 'kubernetes', mount: 'k8s/prod', role: 'atom', jwt: { file } }),
      (credential) => ({ path: '/v1/auth/k8s/prod/login', body: { role: 'atom', jwt: credential } }),
    ],
    [
      'of an AppRole',
      () => ({ method: 'approle', mount: 'approle', roleId: 'role', secretId: { file } }),
      (credential) => ({ path: '/v1/auth/approle/login', body: { role_id: 'role', secret_id: credential } }),
    ],
  ])('%s is read again at each login', async (_, auth, login) => {
    await writeFile(file, 'first\n');
    const client = open(auth());
    vault.answer(loggedIn('t1'), ok());
    await client.request('GET', 'secret/data/a');
    expect(vault.received[0]).toMatchObject(login('first'));
    await writeFile(file, 'second\n');
    vault.answer(forbidden, loggedIn('t2'), ok());
    await client.request('GET', 'secret/data/a');
    expect(vault.received[1]).toMatchObject(login('second'));
  });

  it('that holds the token is read again when the token is refused', async () => {
    await writeFile(file, 'first\n');
    const client = open({ method: 'token', token: { file } });
    vault.answer(tokenFound, ok());
    await client.request('GET', 'secret/data/a');
    await writeFile(file, 'second\n');
    vault.answer(forbidden, tokenFound, ok());
    await client.request('GET', 'secret/data/a');
    expect(vault.received.map(({ headers }) => headers['x-vault-token'])).toEqual(['first', 'second', 'second']);
  });

  it('that cannot be read is named', async () => {
    vault.answer(ok());
    const error = await failure(open({ method: 'token', token: { file } }).request('GET', 'secret/data/a'));
    expect(error).toEqual(code('VAULT.LOGIN_FAILED'));
    expect(error.message).toContain(file);
    expect(vault.received).toEqual([]);
  });
});

describe('the token of a login', () => {
  const loginsOf = () => vault.paths.filter((path) => path.endsWith('/login')).length;
  const renewalsOf = () => vault.received.filter(({ path }) => path.endsWith('/renew-self'));

  /** Serves logins of `seconds`, and renewals as the test says. */
  function serve(seconds: number, renewable: boolean, renewal: Reply): void {
    let logins = 0;
    vault.answer(
      route(({ path }) => {
        if (path.endsWith('/login')) return loggedIn(`t${++logins}`, seconds, renewable);
        return path.endsWith('/renew-self') ? renewal : ok();
      }),
    );
  }

  it('is renewed before it ends, for as long as it had', async () => {
    serve(2, true, loggedIn('t1', 2));
    await open(byAppRole).request('GET', 'secret/data/a');
    await waitUntil('two renewals', () => renewalsOf().length >= 2);
    expect(loginsOf()).toBe(1);
    expect(renewalsOf()[0]).toMatchObject({
      method: 'POST',
      body: { increment: '2s' },
      headers: { 'x-vault-token': 't1' },
    });
  });

  it.each<[string, boolean, Reply]>([
    ['cannot be renewed', false, ok()],
    ['gets less at a renewal than it had', true, loggedIn('t1', 1)],
    ['is refused a renewal', true, status(403, { errors: ['permission denied'] })],
    ['gets an odd answer to a renewal', true, status(200, { auth: null })],
  ])('that %s is replaced by a login before it ends', async (_, renewable, renewal) => {
    serve(2, renewable, renewal);
    const client = open(byAppRole);
    await client.request('GET', 'secret/data/a');
    // The answer of a login may still be on its way when Vault has seen the request.
    await waitUntil('a call with the next token', async () => {
      await client.request('GET', 'secret/data/a');
      return vault.received.at(-1)?.headers['x-vault-token'] !== 't1';
    });
    expect(loginsOf()).toBeGreaterThanOrEqual(2);
  });

  it('serves on while Vault is away in the background, and is replaced when it is back', async () => {
    let away = true;
    let logins = 0;
    vault.answer(
      route(({ path }) => {
        if (!path.endsWith('/login')) return ok();
        if (away && logins > 0) return status(403, { errors: ['not now'] });
        return loggedIn(`t${++logins}`, 6, false);
      }),
    );
    const client = open(byAppRole);
    await client.request('GET', 'secret/data/a');
    await waitUntil('a login that fails', () => loginsOf() >= 2);
    await client.request('GET', 'secret/data/a');
    expect(vault.received.at(-1)?.headers['x-vault-token']).toBe('t1');
    away = false;
    await client.request('GET', 'secret/data/a');
    await waitUntil('a login that succeeds', () => logins === 2);
  });

  it('is not sent any more once it has ended', async () => {
    vault.answer(loggedIn('t1', 1, false), ok(), silence);
    const client = open(byAppRole, { timing: { tryMs: 100, totalMs: 200 } });
    await client.request('GET', 'secret/data/a');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    vault.answer(loggedIn('t2'), ok());
    await client.request('GET', 'secret/data/a');
    expect(vault.received.at(-1)?.headers['x-vault-token']).toBe('t2');
  });

  it('is left alone after the client was closed', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    serve(1, true, loggedIn('t1', 1));
    const client = open(byAppRole);
    await client.request('GET', 'secret/data/a');
    await client.close();
    const before = vault.received.length;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(vault.received).toHaveLength(before);
    expect(warn).not.toHaveBeenCalled(); // a renewal that fails for want of a connection would be said
    warn.mockRestore();
  });
});
