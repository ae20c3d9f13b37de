import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { type RegistryErrorCode, WorkflowCatalog } from '../../src/registry/index.js';
import { aPackage, aSigner } from '../builders/signed-package.js';
import { type RegistryApp, startRegistry } from './registry.app.js';

const signer = aSigner();
let registry: RegistryApp;
let database: pg.Pool;
let catalog: WorkflowCatalog;
let serial = 0;
let name: string;
let digest: string;

beforeAll(async () => {
  registry = await startRegistry(signer.publicKeyPem);
  database = new pg.Pool({ connectionString: registry.database.url, max: 2 });
  catalog = registry.app.get(WorkflowCatalog, { strict: false });
});

afterAll(async () => {
  await database.end();
  await registry.close();
});

beforeEach(async () => {
  name = `life-${++serial}`;
  digest = await register('1.0.0');
});

async function register(version: string): Promise<string> {
  const bytes = aPackage({ name, version });
  const response = await registry.upload([['package', bytes], ['bundle', signer.bundle(bytes)]]); // prettier-ignore
  expect(response.status).toBe(201);
  return ((await response.json()) as { digest: string }).digest;
}

const path = (version = '1.0.0') => `/v1/workflows/${name}/versions/${version}`;
const post = (verb: string, json: object, version?: string) => registry.send('POST', `${path(version)}/${verb}`, json);
const end = (verb: string) => registry.send('DELETE', `${path()}/${verb}`);
const latest = async () =>
  ((await registry.send('GET', `/v1/workflows/${name}`)).body as { latestVersion: string }).latestVersion;

async function outcome(work: Promise<unknown>): Promise<RegistryErrorCode | 'opened'> {
  return work.then(
    () => 'opened' as const,
    (error: unknown) => (error as { code: RegistryErrorCode }).code,
  );
}
const start = (version?: string) => outcome(catalog.openForRun(name, version));
const goOn = () => outcome(catalog.open({ name, version: '1.0.0', digest }));

describe('a version that was yanked', () => {
  it('starts no new run, and what was accepted goes on', async () => {
    const yanked = await post('yank', { reason: 'wrong namespace' });
    expect(yanked).toMatchObject({
      status: 200,
      body: { state: 'yanked', stateReason: 'wrong namespace', stateBy: 'bootstrap', stateAt: expect.any(String) },
    });
    expect([await start('1.0.0'), await goOn()]).toEqual(['version-yanked', 'opened']);
  });

  it('is never the latest one', async () => {
    await register('1.1.0');
    expect(await latest()).toBe('1.1.0');
    await post('yank', { reason: 'broken' }, '1.1.0');
    expect(await latest()).toBe('1.0.0');
    await post('yank', { reason: 'broken' });
    expect(await latest()).toBeNull();
    expect(await start()).toBe('workflow-not-found');
  });

  it('comes back when the yank is taken back', async () => {
    await post('yank', { reason: 'by mistake' });
    expect(await end('yank')).toMatchObject({ status: 200, body: { state: 'active', stateReason: null } });
    expect(await start()).toBe('opened');
  });

  it('stays what it is when it is yanked again', async () => {
    const first = await post('yank', { reason: 'first' });
    expect(await post('yank', { reason: 'second' })).toEqual(first);
  });
});

describe('a version that was revoked', () => {
  it('runs no more, whatever was accepted', async () => {
    expect(await goOn()).toBe('opened'); // and is in the cache from now on
    expect(await post('revoke', { reason: 'deletes volumes' })).toMatchObject({
      status: 200,
      body: { state: 'revoked' },
    });
    expect([await start('1.0.0'), await goOn()]).toEqual(['version-revoked', 'version-revoked']);
  });

  it('cannot come back in any way', async () => {
    await post('revoke', { reason: 'deletes volumes' });
    for (const answer of [
      await post('yank', { reason: 'x' }),
      await end('yank'),
      await post('override', { reason: 'x', hours: 1 }),
    ]) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'version-state-conflict' } });
    }
    const bytes = aPackage({ name });
    await registry.upload([['package', bytes], ['bundle', signer.bundle(bytes)]]); // prettier-ignore
    expect(await registry.send('GET', path())).toMatchObject({ body: { state: 'revoked' } });
  });
});

describe('an override', () => {
  it('lets a yanked version run for its time, and is handed to policy', async () => {
    await post('yank', { reason: 'old' });
    const answer = await post('override', { reason: 'incident 4711', hours: 2 });
    expect(answer).toMatchObject({ status: 200, body: { override: { reason: 'incident 4711', by: 'bootstrap' } } });
    const { facts } = await catalog.openForRun(name, '1.0.0');
    expect(facts.override).toMatchObject({ reason: 'incident 4711', by: 'bootstrap' });
    await end('override');
    expect(await start('1.0.0')).toBe('version-yanked');
  });

  it('tells its times as every other time is told', async () => {
    await database.query(
      `ALTER DATABASE ${new URL(registry.database.url).pathname.slice(1)} SET timezone = 'Asia/Kolkata'`,
    );
    const fresh = await startRegistry(signer.publicKeyPem, { DATABASE_URL: registry.database.url });
    try {
      const { body } = await fresh.send('POST', `${path()}/override`, { reason: 'incident', hours: 1 });
      const { at, expiresAt } = (body as { override: { at: string; expiresAt: string } }).override;
      expect([at, expiresAt]).toEqual([at, expiresAt].map((time) => new Date(time).toISOString()));
    } finally {
      await fresh.close();
    }
  });

  it('that is not there is ended without a word on record', async () => {
    expect(await end('override')).toMatchObject({ status: 200, body: { override: null } });
    const { body } = await registry.send('GET', `/v1/audit?subject=workflows/${name}/versions/1.0.0`);
    expect(body).toMatchObject({ items: [] });
  });

  it('is over when its time is', async () => {
    await post('yank', { reason: 'old' });
    await post('override', { reason: 'incident', hours: 1 });
    await database.query(
      `UPDATE workflow_version SET override = override || jsonb_build_object('expiresAt', now() - interval '1 second') WHERE digest = $1`,
      [digest],
    );
    expect(await start('1.0.0')).toBe('version-yanked');
    expect(await registry.send('GET', path())).toMatchObject({ body: { override: null } });
  });

  it('may come with an upload that policy denies, from an admin', async () => {
    const denied = '[{apiGroups: [apps], resources: [deployments], verbs: ["*"], namespaces: [web]}]';
    const bytes = aPackage({ name, version: '6.6.6', permissions: denied });
    const parts = [['package', bytes], ['bundle', signer.bundle(bytes)]] as const; // prettier-ignore
    const created = await registry.send('POST', '/v1/tokens', { name: `author-of-${name}`, role: 'author' });
    const { token } = created.body as { token: string };
    const query = '?overrideReason=incident%204711&overrideHours=4';
    expect((await registry.upload(parts)).status).toBe(403);
    expect((await registry.upload(parts, token, `/v1/workflows${query}`)).status).toBe(403);
    expect((await registry.upload(parts, undefined, '/v1/workflows?overrideHours=4')).status).toBe(422);
    const response = await registry.upload(parts, undefined, `/v1/workflows${query}`);
    expect([response.status, await response.json()]).toMatchObject([
      201,
      { decision: { outcome: 'deny' }, override: { reason: 'incident 4711', by: 'bootstrap' } },
    ]);
    expect((await catalog.openForRun(name, '6.6.6')).facts.override).toMatchObject({ reason: 'incident 4711' });
    const { body } = await registry.send('GET', `/v1/audit?subject=workflows/${name}/versions/6.6.6`);
    expect(body).toMatchObject({
      items: [{ action: 'version.register-overridden', body: { outcome: 'deny', hours: 4 } }],
    });
  });

  it('never stands in for a signature', async () => {
    await post('override', { reason: 'trust me', hours: 1 });
    await database.query('DELETE FROM package_signature WHERE digest = $1', [digest]);
    const fresh = await startRegistry(signer.publicKeyPem, { DATABASE_URL: registry.database.url });
    try {
      const other = fresh.app.get(WorkflowCatalog, { strict: false });
      expect(await outcome(other.openForRun(name, '1.0.0'))).toBe('signature-missing');
    } finally {
      await fresh.close();
    }
  });

  it.each([
    { reason: 'x' },
    { hours: 1 },
    { reason: '', hours: 1 },
    { reason: 'x', hours: 0 },
    { reason: 'x', hours: 721 },
    { reason: ' \u00a0 ', hours: 1 },
    { reason: 'x', hours: true },
    { reason: 'x', hours: '4' },
  ])('needs a reason and an end: %j', async (body) => {
    expect(await post('override', body)).toMatchObject({ status: 422, body: { code: 'request-invalid' } });
  });
});

describe('whoever changes how a version stands', () => {
  it('is on record with it', async () => {
    await post('yank', { reason: 'one' });
    await post('override', { reason: 'two', hours: 3 });
    await end('override');
    await end('yank');
    await post('revoke', { reason: 'three' });
    const { body } = await registry.send('GET', `/v1/audit?subject=workflows/${name}/versions/1.0.0`);
    const { items } = body as { items: { action: string; body: unknown; actor: string }[] };
    expect(items.map(({ action, body: what }) => [action, what]).reverse()).toEqual([
      ['version.yank', { reason: 'one' }],
      ['version.override', { reason: 'two', hours: 3 }],
      ['version.end-override', {}],
      ['version.unyank', {}],
      ['version.revoke', { reason: 'three' }],
    ]);
  });

  it('needs the right for it: authors yank, admins do the rest', async () => {
    const created = await registry.send('POST', '/v1/tokens', { name: `author-${name}`, role: 'author' });
    const { token } = created.body as { token: string };
    const as = (verb: string, json: object) => registry.send('POST', `${path()}/${verb}`, json, token);
    expect(await as('yank', { reason: 'mine' })).toMatchObject({ status: 200 });
    expect(await as('revoke', { reason: 'mine' })).toMatchObject({ status: 403 });
    expect(await as('override', { reason: 'mine', hours: 1 })).toMatchObject({ status: 403 });
  });

  it('finds nothing where there is nothing', async () => {
    for (const version of ['9.9.9', 'latest', '%00']) {
      expect(await post('yank', { reason: 'x' }, version)).toMatchObject({
        status: 404,
        body: { code: 'workflow-not-found' },
      });
    }
  });
});
