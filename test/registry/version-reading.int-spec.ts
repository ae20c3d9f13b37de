import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { packArchive } from '../../src/wpk/index.js';
import { aPackage, aSigner, type PackageOptions } from '../builders/signed-package.js';
import { type RegistryApp, startRegistry } from './registry.app.js';

const README = '# Read me\n\n<script>alert(1)</script> Zürich 重启\n';
const signer = aSigner();
let registry: RegistryApp;
let database: pg.Pool;

beforeAll(async () => {
  registry = await startRegistry(signer.publicKeyPem);
  database = new pg.Pool({ connectionString: registry.database.url, max: 1 });
  await upload(await archive({ version: '1.0.0' }, { 'README.md': README, 'tests/old.yaml': 'old' }));
  await upload(aPackage({ version: '1.0.1' }));
  await upload(
    await archive(
      { version: '1.1.0', description: 'Another.', safety: '{mode: auto, dryRunRequired: true}', steps: STEPS },
      { 'README.md': 'Other.', 'tests/new.yaml': 'new' },
    ),
  );
});

afterAll(async () => {
  await database.end();
  await registry.close();
});

const GET = 'uses: kubernetes/get, with: {apiVersion: apps/v1, kind: Deployment, namespace: web, name: other}';
const STEPS = `[{name: first, ${GET}}, {name: look, ${GET}, timeout: 9s}]`;

async function archive(options: PackageOptions, files: Readonly<Record<string, string>>): Promise<Buffer> {
  const entries = Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
  return Buffer.from(await packArchive([{ path: 'wpk.yaml', bytes: aPackage(options) }, ...entries]));
}

async function upload(bytes: Buffer): Promise<void> {
  const response = await registry.upload([
    ['package', bytes],
    ['bundle', signer.bundle(bytes)],
  ]);
  expect([response.status, await response.json()]).toMatchObject([201, {}]);
}

describe('GET …/readme', () => {
  const path = '/v1/workflows/demo/versions/1.0.0/readme';

  it('answers the text as markdown that no browser takes for a page, with the digest as ETag', async () => {
    const response = await registry.request(path);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(README);
    const { body } = await registry.send('GET', '/v1/workflows/demo/versions/1.0.0');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...{ 'content-type': 'text/markdown; charset=utf-8', 'content-disposition': 'inline' },
      ...{ 'x-content-type-options': 'nosniff', etag: `"${(body as { digest: string }).digest}"` },
      'content-length': String(Buffer.byteLength(README)),
    });
  });

  it('answers 304 to a client that has it', async () => {
    const etag = (await registry.request(path)).headers.get('etag') ?? '';
    const known = await registry.request(path, { headers: { 'if-none-match': `W/${etag}` } });
    expect([known.status, await known.text()]).toEqual([304, '']);
    const other = await registry.request(path, { headers: { 'if-none-match': '"sha256:0"' } });
    expect([other.status, await other.text()]).toEqual([200, README]);
  });

  it.each([
    ['1.0.1', 404, 'readme-missing'],
    ['9.9.9', 404, 'workflow-not-found'],
    ['%00', 404, 'workflow-not-found'],
  ])('of %s: %i %s', async (version, status, code) => {
    const answer = await registry.send('GET', `/v1/workflows/demo/versions/${version}/readme`);
    expect(answer).toMatchObject({ status, body: { code } });
  });

  it('of a deleted version is gone, and of changed bytes not shown', async () => {
    const of = async (version: string) => registry.send('GET', `/v1/workflows/demo/versions/${version}/readme`);
    for (const version of ['3.0.0', '3.1.0']) await upload(await archive({ version }, { 'README.md': 'x' }));
    await database.query(`UPDATE workflow_version SET state = 'deleted' WHERE version = '3.0.0'`);
    expect(await of('3.0.0')).toMatchObject({ status: 410, body: { code: 'version-deleted' } });
    await database.query(
      `UPDATE package SET bytes = set_byte(bytes, 20, 66) FROM workflow_version v WHERE v.digest = package.digest AND version = '3.1.0'`,
    );
    expect(await of('3.1.0')).toMatchObject({ status: 422, body: { code: 'digest-mismatch' } });
    const bytes = await registry.request('/v1/workflows/demo/versions/3.1.0/package');
    expect(await bytes.json()).toMatchObject({ status: 422, code: 'digest-mismatch' });
    expect(bytes.headers.get('etag')).toBeNull();
  });
});

describe('GET …/diff', () => {
  const diff = (from: string, to: string, name = 'demo') =>
    registry.send('GET', `/v1/workflows/${name}/diff?${new URLSearchParams({ from, to }).toString()}`);

  it('tells what differs, section by section and step by step', async () => {
    const { status, body } = await diff('1.0.0', '1.1.0');
    expect(status).toBe(200);
    const version = (text: string) => ({ version: text, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    expect(body).toEqual({
      ...{ name: 'demo', from: version('1.0.0'), to: version('1.1.0'), readmeChanged: true, cut: false },
      sections: [
        {
          section: 'metadata',
          fields: [
            { path: '/metadata/description', before: 'A runbook.', after: 'Another.', cut: false },
            { path: '/metadata/version', before: '1.0.0', after: '1.1.0', cut: false },
          ],
        },
        {
          section: 'safety',
          fields: [
            { path: '/spec/safety/dryRunRequired', after: true, cut: false },
            { path: '/spec/safety/mode', after: 'auto', cut: false },
          ],
        },
      ],
      steps: [
        {
          ...{ name: 'first', changes: ['added'], before: null, after: { list: 'steps', index: 0 } },
          fields: expect.arrayContaining([{ path: '/uses', after: 'kubernetes/get', cut: false }]),
        },
        {
          ...{
            name: 'look',
            changes: ['changed'],
            before: { list: 'steps', index: 0 },
            after: { list: 'steps', index: 1 },
          },
          fields: [
            { path: '/timeout', after: '9s', cut: false },
            { path: '/with/name', before: 'shop', after: 'other', cut: false },
          ],
        },
      ],
      files: { added: ['tests/new.yaml'], removed: ['tests/old.yaml'] },
    });
  });

  it('is the other way round the other way round, and empty between a version and itself', async () => {
    const { body } = await diff('1.1.0', '1.0.0');
    expect(body).toMatchObject({
      steps: [
        { name: 'look', changes: ['changed'] },
        { name: 'first', changes: ['removed'], after: null },
      ],
      files: { added: ['tests/old.yaml'], removed: ['tests/new.yaml'] },
    });
    expect((await diff('1.1.0', '1.1.0')).body).toMatchObject({ sections: [], steps: [], readmeChanged: false });
  });

  it('compares a tarball with a single file', async () => {
    const { body } = await diff('1.0.0', '1.0.1');
    expect(body).toMatchObject({
      files: { removed: ['README.md', 'tests/old.yaml', 'wpk.yaml'] },
      readmeChanged: true,
    });
  });

  it.each([
    ['9.9.9', '1.0.0'],
    ['1.0.0', '9.9.9'],
    ['latest', '1.0.0'],
    ['\0', '1.0.0'],
  ])('does not find %j or %j', async (from, to) => {
    expect(await diff(from, to)).toMatchObject({ status: 404, body: { code: 'workflow-not-found' } });
  });

  it('does not find what is not there', async () => {
    expect(await diff('1.0.0', '1.1.0', 'nothing')).toMatchObject({ status: 404 });
  });

  it.each(['', '?from=1.0.0', '?to=1.0.0', '?from=1.0.0&to=1.0.1&to=1.1.0', `?from=1.0.0&to=${'1'.repeat(257)}`])(
    'refuses %j',
    async (query) => {
      const answer = await registry.send('GET', `/v1/workflows/demo/diff${query}`);
      expect(answer).toMatchObject({ status: 422, body: { code: 'request-invalid' } });
    },
  );
});
