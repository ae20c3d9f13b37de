import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { aPackage, aSigner } from '../builders/signed-package.js';
import { type RegistryApp, startApi } from '../registry/registry.app.js';

const signer = aSigner();
let api: RegistryApp;
let database: pg.Pool;
let serial = 0;
let name: string;

interface Runs {
  readonly items: readonly { readonly id: string; readonly version: string }[];
  readonly nextCursor: string | null;
  readonly summary: { readonly counts: unknown; readonly last: { readonly id: string } | null; readonly since: string };
}

beforeAll(async () => {
  api = await startApi(signer.publicKeyPem);
  database = new pg.Pool({ connectionString: api.database.url, max: 2 });
});

afterAll(async () => {
  await database.end();
  await api.close();
});

beforeEach(async () => {
  name = `history-${++serial}`;
  for (const version of ['1.0.0', '1.1.0']) expect(await upload(aPackage({ name, version }))).toBe(201);
});

async function upload(bytes: Buffer): Promise<number> {
  const response = await api.upload([
    ['package', bytes],
    ['bundle', signer.bundle(bytes)],
  ]);
  await response.arrayBuffer();
  return response.status;
}

/** Answers the run's id, or the problem's code. */
async function start(version: string, path = '/v1/runs'): Promise<string> {
  const body = path === '/v1/runs' ? { workflow: name, version } : {};
  const response = await api.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': `key-${++serial}` },
    body: JSON.stringify(body),
  });
  const { id, code } = (await response.json()) as { id?: string; code?: string };
  return id ?? code ?? '';
}

const dryRun = (version: string): Promise<string> =>
  start(version, `/v1/workflows/${name}/versions/${version}/dry-run`);
const remove = (version: string, token?: string): ReturnType<RegistryApp['send']> =>
  api.send('DELETE', `/v1/workflows/${name}/versions/${version}`, undefined, token);
async function runs(query = ''): Promise<Runs> {
  const { status, body } = await api.send('GET', `/v1/workflows/${name}/runs${query}`);
  expect(status).toBe(200);
  return body as Runs;
}

describe('GET /v1/workflows/{name}/runs', () => {
  it('has no run of a workflow that never ran', async () => {
    const { items, nextCursor, summary } = await runs();
    expect({ items, nextCursor }).toEqual({ items: [], nextCursor: null });
    expect(summary).toEqual({ counts: {}, last: null, since: expect.any(String) });
    const days = (Date.now() - Date.parse(summary.since)) / 86_400_000;
    expect(Math.round(days)).toBe(30);
  });

  it('lists them, newest first, and counts them by state; dry-runs are listed and not counted', async () => {
    const ids = [await start('1.0.0'), await start('1.1.0'), await start('1.1.0')];
    const planned = await dryRun('1.1.0');
    await database.query(`UPDATE run SET state = 'failed', finished_at = now() WHERE id = $1`, [ids[2]]);
    await database.query(`UPDATE run SET state = 'succeeded', finished_at = now() WHERE id = $1`, [ids[0]]);
    const { items, summary } = await runs();
    expect(items.map(({ id }) => id)).toEqual([planned, ids[2], ids[1], ids[0]]);
    expect(summary).toMatchObject({
      counts: { queued: 1, failed: 1, succeeded: 1 },
      last: { id: ids[2], state: 'failed', version: '1.1.0', dryRun: false },
    });
  });

  it('narrows page and summary to a version, and the page to a state', async () => {
    const ids = [await start('1.0.0'), await start('1.1.0')];
    await database.query(`UPDATE run SET state = 'succeeded', finished_at = now() WHERE id = $1`, [ids[0]]);
    const ofVersion = await runs('?version=1.0.0');
    expect(ofVersion.items.map(({ id }) => id)).toEqual([ids[0]]);
    expect(ofVersion.summary).toMatchObject({ counts: { succeeded: 1 }, last: { id: ids[0] } });
    const ofState = await runs('?state=queued');
    expect(ofState.items.map(({ id }) => id)).toEqual([ids[1]]);
    expect(ofState.summary.counts).toEqual({ queued: 1, succeeded: 1 });
    expect(await runs('?version=1.0.0&state=queued')).toMatchObject({
      items: [],
      summary: { counts: { succeeded: 1 } },
    });
  });

  it('pages through them, each once', async () => {
    const ids = [await start('1.0.0'), await start('1.1.0'), await start('1.0.0')];
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Runs = await runs(`?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(ids.reverse());
  });

  it.each(['nothing', 'UPPER', '%00'])('does not find %s', async (workflow) => {
    const answer = await api.send('GET', `/v1/workflows/${workflow}/runs`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'workflow-not-found' } });
  });

  it.each(['?state=lost', '?version=', '?version=%00', '?version=a%20b', '?limit=0', '?workflow=other'])(
    'refuses %s',
    async (query) => {
      const answer = await api.send('GET', `/v1/workflows/${name}/runs${query}`);
      expect(answer).toMatchObject({ status: 422, body: { code: 'request-invalid' } });
    },
  );
});

describe('DELETE /v1/workflows/{name}/versions/{version}', () => {
  const path = (suffix = ''): string => `/v1/workflows/${name}/versions/1.0.0${suffix}`;

  it('takes a version that never ran out of every list, and its bytes out of the database', async () => {
    const { body } = await api.send('GET', path());
    const { digest } = body as { digest: string };
    expect(await remove('1.0.0')).toEqual({ status: 204, body: undefined });
    const { rows } = await database.query('SELECT 1 FROM package WHERE digest = $1', [digest]);
    expect(rows).toEqual([]);
    const listed = await api.send('GET', `/v1/workflows/${name}/versions`);
    expect(listed.body).toMatchObject({ items: [{ version: '1.1.0' }] });
    expect((await api.send('GET', `/v1/workflows?q=${name}`)).body).toMatchObject({
      items: [{ versions: 1, latestVersion: '1.1.0' }],
    });
    expect((await api.send('GET', `/v1/audit?subject=workflows/${name}/versions/1.0.0`)).body).toMatchObject({
      items: [{ action: 'version.delete', actor: 'bootstrap', body: { digest } }],
    });
  });

  it('leaves every route of the version answering that it was deleted', async () => {
    await remove('1.0.0');
    const reason = { reason: 'x' };
    const asked: (readonly [string, string, unknown?])[] = [
      ...(['', '/package', '/signatures', '/readme', '/verification'] as const).map(
        (suffix) => ['GET', path(suffix)] as const,
      ),
      ...[['POST', path('/yank'), reason] as const, ['DELETE', path('/yank')] as const],
      ...[['POST', path('/revoke'), reason] as const, ['POST', path('/override'), { ...reason, hours: 1 }] as const],
      ...[['DELETE', path('/override')] as const, ['GET', `/v1/workflows/${name}/diff?from=1.0.0&to=1.1.0`] as const],
      ['GET', `/v1/workflows/${name}/diff?from=1.1.0&to=1.0.0`],
    ];
    for (const [method, route, body] of asked) {
      const answer = await api.send(method, route, body);
      expect([method, route, answer]).toMatchObject([
        method,
        route,
        { status: 410, body: { code: 'version-deleted' } },
      ]);
    }
    expect([await start('1.0.0'), await dryRun('1.0.0')]).toEqual(['version-deleted', 'version-deleted']);
  });

  it('may be repeated', async () => {
    expect([(await remove('1.0.0')).status, (await remove('1.0.0')).status]).toEqual([204, 204]);
  });

  it('lets the same bytes come back, and never others', async () => {
    await remove('1.0.0');
    expect(await upload(aPackage({ name, description: 'Other bytes.' }))).toBe(409);
    expect((await api.send('GET', path())).status).toBe(410);
    expect(await upload(aPackage({ name }))).toBe(201);
    expect(await api.send('GET', path())).toMatchObject({ status: 200, body: { state: 'active', stateReason: null } });
    expect(await start('1.0.0')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('takes the workflow out of the list with its last version', async () => {
    for (const version of ['1.0.0', '1.1.0']) expect((await remove(version)).status).toBe(204);
    expect(await api.send('GET', `/v1/workflows/${name}`)).toMatchObject({ status: 404 });
    expect(await api.send('GET', `/v1/workflows/${name}/runs`)).toMatchObject({ status: 404 });
    expect((await api.send('GET', `/v1/workflows?q=${name}`)).body).toEqual({ items: [], nextCursor: null });
    expect(await upload(aPackage({ name, version: '2.0.0' }))).toBe(201);
    expect((await api.send('GET', `/v1/workflows?q=${name}`)).body).toMatchObject({ items: [{ versions: 1 }] });
  });

  it('refuses a version that has a run, or a dry-run', async () => {
    await start('1.0.0');
    await dryRun('1.1.0');
    for (const version of ['1.0.0', '1.1.0']) {
      expect(await remove(version)).toMatchObject({ status: 409, body: { code: 'version-has-run' } });
      expect(await api.send('GET', `/v1/workflows/${name}/versions/${version}`)).toMatchObject({ status: 200 });
    }
  });

  it('deletes a yanked version, and never a revoked one', async () => {
    await api.send('POST', path('/yank'), { reason: 'x' });
    expect((await remove('1.0.0')).status).toBe(204);
    await api.send('POST', `/v1/workflows/${name}/versions/1.1.0/revoke`, { reason: 'dangerous' });
    expect(await remove('1.1.0')).toMatchObject({ status: 409, body: { code: 'version-state-conflict' } });
    expect(await upload(aPackage({ name, version: '1.1.0' }))).toBe(200);
    expect(await start('1.1.0')).toBe('version-revoked');
  });

  it('never lets a run be without its version, whoever is first', async () => {
    for (let round = 0; round < 5; round++) {
      const version = `3.${round}.0`;
      const bytes = aPackage({ name, version });
      await upload(bytes);
      const [started, removed] = await Promise.all([start(version), remove(version)]);
      const isRun = /^[0-9a-f-]{36}$/.test(started);
      const { status } = await api.send('GET', `/v1/workflows/${name}/versions/${version}`);
      // A run that was accepted in the very moment of the deletion is refused by the worker, which looks again.
      expect([removed.status, status]).toEqual(removed.status === 204 ? [204, 410] : [409, 200]);
      expect(isRun || started === 'version-deleted').toBe(true);
      expect(removed.status === 204 || isRun).toBe(true);
    }
  });

  it.each(['9.9.9', 'latest', '%00'])('does not find %s', async (version) => {
    expect(await remove(version)).toMatchObject({ status: 404, body: { code: 'workflow-not-found' } });
  });

  it('is for admins', async () => {
    const { body } = await api.send('POST', '/v1/tokens', { name: `author-${name}`, role: 'author' });
    const { token } = body as { token: string };
    expect(await remove('1.0.0', token)).toMatchObject({ status: 403, body: { code: 'permission-missing' } });
  });
});
