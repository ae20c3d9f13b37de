import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aPackage, aSigner, type PackageOptions } from '../builders/signed-package.js';
import { type RegistryApp, startRegistry } from './registry.app.js';

const signer = aSigner();
const other = aSigner();
const AUTO = '{mode: auto, dryRunRequired: true}';
let registry: RegistryApp;

interface ListPage {
  readonly items: readonly { readonly name: string; readonly version?: string }[];
  readonly nextCursor: string | null;
}

beforeAll(async () => {
  registry = await startRegistry(signer.publicKeyPem + other.publicKeyPem);
  await register({
    name: 'drain-node',
    description: 'Drain a node: page team.sre@example first',
    tags: ['nodes', 'on call'],
  });
  await register({ name: 'restart-cache', description: 'kubernetes/restart of the cache', safety: AUTO }, other);
  await register({ name: 'restart-web', description: 'Перезапуск веб-сервера — 重启 服务', tags: ['web'] });
  await register({ name: 'restart-web', version: '1.1.0', description: 'Restart the web', tags: ['web', 'on call'] });
  await register({ name: 'restart-web', version: '2.0.0-rc.1', description: 'Preview only', tags: ['next'] });
  for (const version of ['1.0.0', '1.1.0', '1.2.0', '2.0.0-rc.1']) await register({ name: 'zz-versions', version });
  await change('POST', 'drain-node/versions/1.0.0/yank', { reason: 'drains the wrong node' });
  await change('POST', 'zz-versions/versions/1.1.0/yank', { reason: 'broken' });
  await change('POST', 'zz-versions/versions/1.0.0/revoke', { reason: 'dangerous' });
  const added = await registry.send('POST', '/v1/trust/keys', { name: 'team-b', publicKey: other.publicKeyPem });
  expect(added.status).toBe(201);
});

afterAll(() => registry.close());

async function register(options: PackageOptions, by = signer): Promise<void> {
  const bytes = aPackage(options);
  const response = await registry.upload([
    ['package', bytes],
    ['bundle', by.bundle(bytes)],
  ]);
  expect([response.status, await response.json()]).toMatchObject([201, {}]);
}

async function change(method: string, path: string, body: unknown): Promise<void> {
  expect(await registry.send(method, `/v1/workflows/${path}`, body)).toMatchObject({ status: 200 });
}

async function read(path: string, query: Readonly<Record<string, string>>): Promise<{ status: number; body: unknown }> {
  return registry.send('GET', `/v1/workflows${path}?${new URLSearchParams(query).toString()}`);
}

async function namesOf(query: Readonly<Record<string, string>>): Promise<string[]> {
  const { status, body } = await read('', query);
  expect(status).toBe(200);
  return (body as ListPage).items.map(({ name }) => name);
}

/** Everything, page by page. */
async function walk(path: string, query: Readonly<Record<string, string>>): Promise<ListPage['items']> {
  const items: ListPage['items'][number][] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body } = await read(path, { ...query, ...(cursor !== '' && { cursor }) });
    const page = body as ListPage;
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

const ALL = ['drain-node', 'restart-cache', 'restart-web', 'zz-versions'];

describe('GET /v1/workflows', () => {
  it.each<[Record<string, string>, string[]]>([
    [{}, ALL],
    [{ tag: 'web' }, ['restart-web']],
    [{ tag: 'on call' }, ['drain-node', 'restart-web']],
    [{ tag: 'next' }, []],
    [{ tag: 'demo' }, ['restart-cache', 'zz-versions']],
    [{ tag: 'DEMO' }, []],
    [{ tag: '{demo,health}' }, []],
    [{ runtime: 'kubernetes' }, ALL],
    [{ runtime: 'http' }, []],
    [{ safetyMode: 'auto' }, ['restart-cache']],
    [{ safetyMode: 'manual' }, ['drain-node', 'restart-web', 'zz-versions']],
    [{ signer: signer.keyId }, ['drain-node', 'restart-web', 'zz-versions']],
    [{ signer: other.keyId }, ['restart-cache']],
    [{ signer: 'team-b' }, ['restart-cache']],
    [{ signer: 'nobody' }, []],
    [{ state: 'active' }, ['restart-cache', 'restart-web', 'zz-versions']],
    [{ state: 'yanked' }, ['drain-node']],
    [{ state: 'revoked' }, []],
    [{ q: 'restart', tag: 'web', signer: signer.keyId, state: 'active', safetyMode: 'manual' }, ['restart-web']],
    [{ q: 'restart', safetyMode: 'auto', runtime: 'kubernetes' }, ['restart-cache']],
    [{ q: 'restart', state: 'yanked' }, []],
  ])('narrowed to %j', async (query, expected) => {
    expect(await namesOf(query)).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['restart', ['restart-cache', 'restart-web']],
    ['RESTART cache', ['restart-cache']],
    ['restart-web', ['restart-web']],
    ['preview', []],
    ['sre', ['drain-node']],
    ['team.sre@example', ['drain-node']],
    ['  node   drain ', ['drain-node']],
    ['', ALL],
    ["restart' | 'drain", []],
    ['restart | drain', []],
    ['restart & !cache', ['restart-cache']],
    ['restart <-> web', ['restart-web']],
    ['restart:* & (web)', ['restart-web']],
    ["'); DROP TABLE workflow; --", []],
    ['%', ALL],
    ['\\', ALL],
    ["!!! ''' :* \\\\ ((( <->", ALL],
    ['restart '.repeat(25), ['restart-cache', 'restart-web']],
    ['r'.repeat(200), []],
    ['𝓡𝓮', []],
  ])('searched for %j', async (q, expected) => {
    expect(await namesOf({ q })).toEqual(expected);
  });

  it('finds words of other scripts, each from its beginning', async () => {
    const name = 'other-scripts';
    await register({ name, description: 'Перезапуск веб-сервера — 重启 服务 Größe नमस्ते' });
    for (const q of ['перезап', 'ПЕРЕЗАПУСК', 'сервера', '重', '服务', 'größe', 'GRÖß', 'नमस्ते']) {
      expect([q, await namesOf({ q })]).toEqual([q, [name]]);
    }
    expect(await namesOf({ q: 'запуск' })).toEqual([]);
  });

  it.each<[Record<string, string>]>([
    [{ q: 'a\0b' }],
    [{ q: 'a\nb' }],
    [{ q: 'x'.repeat(201) }],
    [{ tag: 'a\0' }],
    [{ tag: 'x'.repeat(101) }],
    [{ runtime: 'Kubernetes' }],
    [{ safetyMode: 'careless' }],
    [{ signer: 'a\0' }],
    [{ state: 'deleted' }],
    [{ state: 'ACTIVE' }],
    [{ limit: '0' }],
    [{ limit: '201' }],
    [{ author: 'lea' }],
  ])('refuses %j', async (query) => {
    expect(await read('', query)).toMatchObject({ status: 422, body: { code: 'request-invalid' } });
  });

  it('refuses a filter that comes twice', async () => {
    const { status, body } = await registry.send('GET', '/v1/workflows?q=a&q=b');
    expect({ status, body }).toMatchObject({ status: 422, body: { code: 'request-invalid' } });
  });

  it.each<[Record<string, string>, string[]]>([
    [{ q: 'restart' }, ['restart-cache', 'restart-web']],
    [{ runtime: 'kubernetes', state: 'active', q: 're' }, ['restart-cache', 'restart-web']],
    [{ tag: 'on call' }, ['drain-node', 'restart-web']],
  ])('pages through %j, each once', async (query, expected) => {
    expect((await walk('', { ...query, limit: '1' })).map(({ name }) => name)).toEqual(expected);
  });
});

describe('GET /v1/workflows/{name}/versions', () => {
  const versions = async (query: Readonly<Record<string, string>>): Promise<unknown[]> =>
    (await walk('/zz-versions/versions', query)).map(({ version }) => version);

  it('pages through the versions, the highest first', async () => {
    const all = ['2.0.0-rc.1', '1.2.0', '1.1.0', '1.0.0'];
    for (const limit of ['1', '2', '3', '4', '200']) expect(await versions({ limit })).toEqual(all);
  });

  it('shows those of one state when asked', async () => {
    expect(await versions({ state: 'active', limit: '1' })).toEqual(['2.0.0-rc.1', '1.2.0']);
    expect(await versions({ state: 'yanked' })).toEqual(['1.1.0']);
    expect(await versions({ state: 'revoked' })).toEqual(['1.0.0']);
    const { body } = await read('/restart-cache/versions', { state: 'revoked' });
    expect(body).toEqual({ items: [], nextCursor: null });
  });

  it('says how each stands', async () => {
    const { body } = await read('/zz-versions/versions', { state: 'yanked' });
    expect((body as ListPage).items).toMatchObject([{ state: 'yanked', stateReason: 'broken', stateBy: 'bootstrap' }]);
  });

  it.each(['nothing', '%00', 'UPPER'])('does not find %s', async (name) => {
    const { status, body } = await registry.send('GET', `/v1/workflows/${name}/versions`);
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 'workflow-not-found' } });
  });

  it.each(['x', Buffer.from('["latest"]').toString('base64url'), Buffer.from('["1.0.0","a"]').toString('base64url')])(
    'refuses the cursor %s',
    async (cursor) => {
      expect(await read('/zz-versions/versions', { cursor })).toMatchObject({
        status: 400,
        body: { code: 'cursor-invalid' },
      });
    },
  );

  it('refuses the state of what is not shown', async () => {
    expect(await read('/zz-versions/versions', { state: 'deleted' })).toMatchObject({ status: 422 });
  });
});
