import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aPackage, aSigner } from '../builders/signed-package.js';
import { type RegistryApp, startRegistry } from './registry.app.js';

const signer = aSigner();
const VERSIONS = ['1.0.0', '1.10.0', '1.9.0', '2.0.0-rc.1', '2.0.0-rc.1+build.5'];
let registry: RegistryApp;

beforeAll(async () => {
  registry = await startRegistry(signer.publicKeyPem);
  for (const version of VERSIONS) await register('many', version);
  for (const name of ['alpha', 'beta', 'gamma']) await register(name, '0.1.0');
  await register('preview', '1.0.0-rc.1');
});

afterAll(() => registry.close());

async function register(name: string, version: string): Promise<void> {
  const bytes = aPackage({ name, version, description: `${name} ${version}` });
  const response = await registry.upload([
    ['package', bytes],
    ['bundle', signer.bundle(bytes)],
  ]);
  expect(response.status).toBe(201);
}

async function read(path: string): Promise<{ status: number; body: unknown }> {
  const response = await registry.request(path);
  return { status: response.status, body: await response.json() };
}

describe('GET /v1/workflows', () => {
  it('lists by name, each with its highest release', async () => {
    const { body } = await read('/v1/workflows');
    const { items, nextCursor } = body as { items: { name: string }[]; nextCursor: unknown };
    expect(nextCursor).toBeNull();
    expect(items.map(({ name }) => name)).toEqual(['alpha', 'beta', 'gamma', 'many', 'preview']);
    expect(items[3]).toEqual({
      ...{ name: 'many', latestVersion: '1.10.0', versions: 5, description: 'many 1.10.0', tags: ['demo', 'health'] },
      ...{ state: 'active', runtimes: ['kubernetes'], safetyMode: 'manual' },
      updatedAt: expect.stringMatching(/Z$/),
    });
    expect(items[4]).toMatchObject({ latestVersion: null, description: 'preview 1.0.0-rc.1' });
  });

  it('pages through all of them', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await read(`/v1/workflows?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      const page = body as { items: { name: string }[]; nextCursor: string | null };
      seen.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(['alpha', 'beta', 'gamma', 'many', 'preview']);
  });

  it.each(['x', encodeURIComponent('"'), Buffer.from('["a\\u0000"]').toString('base64url')])(
    'refuses the cursor %s',
    async (cursor) => {
      expect(await read(`/v1/workflows?cursor=${cursor}`)).toMatchObject({
        status: 400,
        body: { code: 'cursor-invalid' },
      });
    },
  );
});

describe('GET /v1/workflows/{name}', () => {
  it('shows the versions by SemVer precedence, the highest first', async () => {
    const { body } = await read('/v1/workflows/many');
    const { latestVersion, versions } = body as { latestVersion: string; versions: { version: string }[] };
    expect(latestVersion).toBe('1.10.0');
    expect(versions.map(({ version }) => version)).toEqual([
      ...['2.0.0-rc.1+build.5', '2.0.0-rc.1', '1.10.0', '1.9.0', '1.0.0'],
    ]);
  });

  it('has no latest version while there are only pre-releases', async () => {
    expect(await read('/v1/workflows/preview')).toMatchObject({ body: { latestVersion: null } });
  });

  it.each(['nothing', 'UPPER', '%00', '-', 'a'.repeat(64), encodeURIComponent("'; DROP TABLE package; --")])(
    'does not find %s',
    async (name) => {
      expect(await read(`/v1/workflows/${name}`)).toMatchObject({ status: 404, body: { code: 'workflow-not-found' } });
      const version = await read(`/v1/workflows/${name}/versions/1.0.0`);
      expect(version).toMatchObject({ status: 404, body: { code: 'workflow-not-found' } });
    },
  );
});

describe('GET /v1/workflows/{name}/versions/{version}', () => {
  it('shows what the package says', async () => {
    const { status, body } = await read('/v1/workflows/many/versions/1.9.0');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ name: 'many', version: '1.9.0', signer: { keyId: signer.keyId } },
      document: { kind: 'WorkflowPackage', metadata: { name: 'many', version: '1.9.0' } },
    });
  });

  it('finds a version with build metadata', async () => {
    const path = `/v1/workflows/many/versions/${encodeURIComponent('2.0.0-rc.1+build.5')}`;
    expect(await read(path)).toMatchObject({ status: 200, body: { version: '2.0.0-rc.1+build.5' } });
  });

  it('says which version is missing, and where to look', async () => {
    const { body } = await read('/v1/workflows/many/versions/1.0.1');
    expect(body).toMatchObject({
      detail: expect.stringMatching(/^Workflow 'many' has no version 1\.0\.1; .+many\/versions/),
    });
    const unknown = await read('/v1/workflows/nothing');
    expect(unknown.body).toMatchObject({ detail: expect.stringMatching(/^There is no workflow 'nothing';/) });
  });

  it.each(['1.0.1', 'v1.0.0', 'latest', '%00'])('does not find %s', async (version) => {
    for (const suffix of ['', '/package', '/signatures']) {
      expect(await read(`/v1/workflows/many/versions/${version}${suffix}`)).toMatchObject({
        ...{ status: 404, body: { code: 'workflow-not-found' } },
      });
    }
  });
});

describe('GET …/package', () => {
  const path = '/v1/workflows/many/versions/1.0.0/package';

  it('answers the very bytes, with their digest as ETag', async () => {
    const response = await registry.request(path);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.equals(aPackage({ name: 'many', description: 'many 1.0.0' }))).toBe(true);
    const { body } = await read('/v1/workflows/many/versions/1.0.0');
    const { digest, mediaType } = body as { digest: string; mediaType: string };
    expect(response.headers.get('etag')).toBe(`"${digest}"`);
    expect(response.headers.get('content-type')).toBe(mediaType);
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
  });

  it('answers 304 to a client that has them', async () => {
    const etag = (await registry.request(path)).headers.get('etag') ?? '';
    for (const known of [etag, `"other", W/${etag}`, '*']) {
      const response = await registry.request(path, { headers: { 'if-none-match': known } });
      expect(response.status).toBe(304);
      expect(await response.text()).toBe('');
    }
    const response = await registry.request(path, { headers: { 'if-none-match': '"sha256:0"' } });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  });
});

describe('GET …/signatures', () => {
  it('gives back what was uploaded, so that anybody can verify it', async () => {
    const { body } = await read('/v1/workflows/many/versions/1.0.0/signatures');
    const { items } = body as { items: { kind: string; bundle: string }[] };
    expect(items).toEqual([expect.objectContaining({ kind: 'bundle', signer: { kind: 'key', keyId: signer.keyId } })]);
    expect(JSON.parse(items[0]!.bundle)).toMatchObject({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    });
  });
});

describe('GET /v1/schemas', () => {
  it('serves the JSON Schema that judges uploads', async () => {
    const response = await registry.request('/v1/schemas/wpk');
    expect(response.headers.get('content-type')).toContain('application/schema+json');
    expect(await response.json()).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
  });

  it('serves the actions with their effect and schemas', async () => {
    const { body } = await read('/v1/schemas/actions');
    const { items } = body as { items: { name: string }[] };
    expect(items.find(({ name }) => name === 'kubernetes/restart')).toEqual({
      ...{ name: 'kubernetes/restart', summary: expect.any(String), effect: expect.any(String), mutates: true },
      ...{ input: expect.objectContaining({ type: 'object' }), output: expect.objectContaining({ type: 'object' }) },
    });
  });
});

describe('without a token', () => {
  it.each(['/v1/workflows', '/v1/workflows/many', '/v1/workflows/many/versions/1.0.0/package', '/v1/schemas/wpk'])(
    '%s answers 401',
    async (path) => {
      const response = await registry.request(path, {}, null);
      expect(response.status).toBe(401);
      await response.arrayBuffer();
    },
  );
});
