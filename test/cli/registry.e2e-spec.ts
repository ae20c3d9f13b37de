import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { packArchive } from '../../src/wpk/index.js';
import { aPackage, aSigner } from '../builders/signed-package.js';
import { ADMIN_TOKEN, type RegistryApp, startRegistry } from '../registry/registry.app.js';
import { AtomStub } from './atom.stub.js';
import { atomctl, type Ended } from './atomctl.process.js';

jest.setTimeout(120_000); // processes on a busy machine

const [signer, other] = [aSigner(), aSigner()];
let registry: RegistryApp;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'atomctl-registry-'));
  registry = await startRegistry(signer.publicKeyPem + other.publicKeyPem);
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const call = (...args: string[]): Promise<Ended> =>
  atomctl(args, { cwd: folder, env: { ATOM_URL: registry.url, ATOM_TOKEN: ADMIN_TOKEN } });

async function ok(...args: string[]): Promise<Ended> {
  const ended = await call(...args);
  expect({ ...ended, args }).toMatchObject({ code: 0 });
  return ended;
}

async function json(...args: string[]): Promise<Record<string, unknown>> {
  return JSON.parse((await ok(...args, '-o', 'json')).stdout) as Record<string, unknown>;
}

const inFolder = (name: string): string => path.join(folder, name);

/** Registers a version without the command line. */
async function registered(name: string, version: string, signers = [signer], more: object = {}): Promise<Buffer> {
  const bytes = aPackage({ name, version, ...more });
  const bundles = signers.map((each) => ['bundle', each.bundle(bytes)] as const);
  expect((await registry.upload([['package', bytes], ...bundles])).status).toBe(201);
  return bytes;
}

describe('list', () => {
  it('finds workflows by words, tag, runtime, mode, signer and state', async () => {
    await registered('find-restart', '1.0.0', [signer], { description: 'Restart what is unhealthy.' });
    await registered('find-scale', '1.0.0', [other], { description: 'Scale what is slow.' });
    const found = async (...args: string[]): Promise<string[]> =>
      ((await json('list', ...args))['items'] as { name: string }[])
        .map(({ name }) => name)
        .filter((name) => name.startsWith('find-'));
    expect(await found('--search', 'restart unhealth')).toEqual(['find-restart']);
    expect(await found('--signer', other.keyId)).toEqual(['find-scale']);
    expect(await found('--tag', 'health', '--runtime', 'kubernetes', '--safety-mode', 'manual')).toHaveLength(2);
    expect(await found('--safety-mode', 'auto')).toEqual([]);
    await ok('revoke', 'find-scale@1.0.0', '--reason', 'x');
    expect(await found('--state', 'revoked')).toEqual(['find-scale']);
    expect((await ok('list', '--search', 'nothing-of-this-name')).stdout).toBe('No workflow is like that.\n');
  });

  it('shows the state of every version, and those in one state', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0']) await registered('listed', version);
    await ok('yank', 'listed@1.1.0', '--reason', 'slow');
    const { stdout } = await ok('list', 'listed');
    expect(stdout.split('\n').map((line) => line.split(/ +/).slice(0, 2))).toEqual([
      ...[['VERSION', 'STATE'], ['2.0.0', 'active'], ['1.1.0', 'yanked'], ['1.0.0', 'active'], ['']],
    ]);
    expect(await json('list', 'listed', '--state', 'yanked')).toMatchObject({
      ...{ name: 'listed', latestVersion: '2.0.0' },
      versions: [{ version: '1.1.0', state: 'yanked', stateReason: 'slow', stateBy: 'bootstrap' }],
    });
    expect((await call('list', 'listed', '--tag', 'x')).code).toBe(2);
    expect((await call('list', '--state', 'gone')).code).toBe(1);
  });
});

describe('get', () => {
  it('shows what is known of the latest version, and of the one that is named', async () => {
    await registered('shown', '1.0.0');
    await registered('shown', '1.1.0', [signer, other]);
    expect(await json('get', 'shown')).toMatchObject({
      ...{ name: 'shown', version: '1.1.0', state: 'active', override: null, runtimes: ['kubernetes'] },
      signatures: [
        { kind: 'bundle', signer: { kind: 'key', keyId: signer.keyId }, logged: false, signedAt: null },
        { kind: 'bundle', signer: { kind: 'key', keyId: other.keyId } },
      ],
      decision: { outcome: expect.any(String) },
    });
    const { stdout } = await ok('get', 'shown@1.0.0');
    for (const text of ['shown@1.0.0', 'sha256:', 'active', `key ${signer.keyId}`, 'platform-team', 'bootstrap']) {
      expect(stdout).toContain(text);
    }
    expect(await call('get', 'shown@9.9.9')).toMatchObject({ code: 1, stdout: '' });
  });

  it('writes the very bytes with their signatures, which verify without a server', async () => {
    const bytes = await registered('fetched', '1.0.0', [signer, other]);
    await ok('get', 'fetched', '--package', 'fetched.wpk.yaml', '--signatures');
    expect((await readFile(inFolder('fetched.wpk.yaml'))).equals(bytes)).toBe(true);
    await writeFile(inFolder('signer.pub'), signer.publicKeyPem);
    await writeFile(inFolder('other.pub'), other.publicKeyPem);
    await ok('verify', 'fetched.wpk.yaml', '--key', 'signer.pub');
    await ok('verify', 'fetched.wpk.yaml', '--key', 'other.pub', '--bundle', 'fetched.wpk.yaml.2.sigstore.json');
  });

  it('overwrites nothing unless it is told to', async () => {
    const bytes = await registered('kept', '1.0.0');
    await writeFile(inFolder('kept.wpk.yaml'), 'precious');
    const { code, stderr } = await call('get', 'kept', '--package', 'kept.wpk.yaml');
    expect(code).toBe(1);
    expect(stderr).toContain('--force');
    expect(await readFile(inFolder('kept.wpk.yaml'), 'utf8')).toBe('precious');
    await ok('get', 'kept', '--package', 'kept.wpk.yaml', '--force');
    expect((await readFile(inFolder('kept.wpk.yaml'))).equals(bytes)).toBe(true);
    expect((await call('get', 'kept', '--signatures')).code).toBe(2);
  });

  it('shows the README of an archive, harmless on a terminal', async () => {
    const archive = Buffer.from(
      await packArchive([
        { path: 'wpk.yaml', bytes: aPackage({ name: 'readable' }) },
        { path: 'README.md', bytes: Buffer.from('# Readable\n\u202egone\n') },
      ]),
    );
    const parts = [['package', archive] as const, ['bundle', signer.bundle(archive)] as const];
    expect((await registry.upload(parts)).status).toBe(201);
    expect((await ok('get', 'readable', '--readme')).stdout).toBe('# Readable\n\\u202egone\n');
    await registered('unreadable', '1.0.0');
    expect(await json('get', 'unreadable', '--readme')).toEqual({ name: 'unreadable', version: '1.0.0', readme: null });
  });

  it('writes no bytes that are not those of the digest', async () => {
    const atom = await AtomStub.start();
    const version = { name: 'x', version: '1.0.0', digest: `sha256:${'0'.repeat(64)}`, size: 2, createdAt: 'now' };
    atom
      .onJson('GET /v1/workflows/x/versions/1.0.0', 200, version)
      .onJson('GET /v1/workflows/x/versions/1.0.0/signatures', 200, { items: [] })
      .on('GET /v1/workflows/x/versions/1.0.0/package', (_request, response) => response.end('hi'));
    const env = { ATOM_URL: atom.url, ATOM_TOKEN: 't' };
    const { code, stdout, stderr } = await atomctl(['get', 'x@1.0.0', '--package', 'x.yaml'], { cwd: folder, env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4'); // SHA-256 of "hi"
    await expect(readFile(inFolder('x.yaml'))).rejects.toMatchObject({ code: 'ENOENT' });
    await atom.stop();
  });
});

describe('push', () => {
  it('of what policy denies succeeds with the word of an admin, for some hours', async () => {
    const bytes = aPackage({
      name: 'denied',
      permissions: '[{apiGroups: [apps], resources: [deployments], verbs: ["*"], namespaces: [web]}]',
    });
    await writeFile(inFolder('denied.wpk.yaml'), bytes);
    await writeFile(inFolder('denied.wpk.yaml.sigstore.json'), signer.bundle(bytes));
    const denied = await call('push', 'denied.wpk.yaml');
    expect(denied).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--override-reason') });
    expect((await call('push', 'denied.wpk.yaml', '--override-hours', '4')).code).toBe(2);
    const word = ['--override-reason', 'incident 4711', '--override-hours', '4'];
    expect(await json('push', 'denied.wpk.yaml', ...word)).toMatchObject({
      decision: { outcome: 'deny' },
      override: { reason: 'incident 4711', by: 'bootstrap' },
    });
    expect((await ok('push', 'denied.wpk.yaml', ...word)).stderr).not.toContain('warning');
    await ok('override', 'denied@1.0.0', '--end');
    const again = await ok('push', 'denied.wpk.yaml', ...word);
    expect(again.stderr).toMatch(/^warning: no override is in force.+`atomctl override denied@1\.0\.0`/m);
  });
});

describe('diff', () => {
  const restart =
    '[{name: restart, uses: kubernetes/restart, with: {kind: Deployment, namespace: web, name: shop}, timeout: 30s}]';

  it('shows the same of two versions and, without a server, of their files', async () => {
    const before = await registered('differing', '1.0.0');
    const after = await registered('differing', '1.1.0', [signer], { steps: restart, safety: '{maxObjects: 3}' });
    await writeFile(inFolder('before.wpk.yaml'), before);
    await writeFile(inFolder('after.wpk.yaml'), after);
    const online = await json('diff', 'differing@1.0.0', 'differing@1.1.0');
    expect(online).toMatchObject({
      ...{ name: 'differing', from: { version: '1.0.0' }, to: { version: '1.1.0' }, cut: false },
      steps: [
        { name: 'restart', changes: ['added'], before: null },
        { name: 'look', changes: ['removed'], after: null },
      ],
    });
    const tried = await atomctl(['diff', 'before.wpk.yaml', 'after.wpk.yaml', '-o', 'json'], { cwd: folder });
    const offline = JSON.parse(tried.stdout) as Record<string, unknown>;
    for (const member of ['sections', 'steps', 'files', 'readmeChanged', 'cut']) {
      expect(offline[member]).toEqual(online[member]);
    }
    const { stdout } = await ok('diff', 'differing@1.0.0', 'differing@1.1.0');
    expect(stdout).toContain('\n+ step restart: added (steps 1)\n');
    expect(stdout).toContain('\nsafety\n  + spec.safety.maxObjects: 3\n');
  });

  it.each([
    [['diff', 'differing@1.0.0', 'before.wpk.yaml'], 2],
    [['diff', 'differing@1.0.0', 'alive@1.0.0'], 2],
    [['diff', 'differing', 'differing@1.0.0'], 2],
    [['diff', 'differing@1.0.0', 'differing@9.9.9'], 1],
    [['diff', 'before.wpk.yaml', 'signer.pub'], 1],
  ])('%j ends with %i and says nothing on stdout', async (args, code) => {
    await writeFile(inFolder('before.wpk.yaml'), aPackage());
    await writeFile(inFolder('signer.pub'), signer.publicKeyPem);
    expect(await call(...args)).toMatchObject({ code, stdout: '' });
  });
});

describe('the life of a version', () => {
  beforeAll(async () => {
    for (const version of ['1.0.0', '1.1.0']) await registered('alive', version);
  });

  it('yanked, it is not the latest any more, and explain says so', async () => {
    const { stdout, stderr } = await ok('yank', 'alive@1.1.0', '--reason', 'restarts too much');
    expect(stdout).toMatch(/^workflow: +alive@1\.1\.0\nstate: +yanked by bootstrap at \S+: restarts too much$/m);
    expect(stderr).toContain('No new run');
    expect(await json('get', 'alive')).toMatchObject({ version: '1.0.0' });
    const explained = await call('explain', 'alive@1.1.0');
    expect(explained.code).toBe(1);
    expect(explained.stdout).toMatch(/^REFUSED: it is signed as trust asks, but it was yanked$/m);
  });

  it('overridden, it may run for a while, until that is ended', async () => {
    const options = ['--reason', 'incident 42', '--hours', '2'];
    expect(await json('override', 'alive@1.1.0', ...options)).toMatchObject({
      state: 'yanked',
      override: { reason: 'incident 42', by: 'bootstrap', expiresAt: expect.any(String) },
    });
    expect((await ok('explain', 'alive@1.1.0')).stdout).toMatch(/^override: +until \S+ by bootstrap: incident 42$/m);
    expect((await ok('list', 'alive')).stdout).toContain('yanked, overridden');
    expect(await json('override', 'alive@1.1.0', '--end')).toMatchObject({ override: null });
  });

  it('unyanked, it is what it was', async () => {
    expect(await json('unyank', 'alive@1.1.0')).toMatchObject({ state: 'active', stateReason: null });
    expect(await json('get', 'alive')).toMatchObject({ version: '1.1.0' });
  });

  it('revoked, it never comes back', async () => {
    expect(await json('revoke', 'alive@1.1.0', '--reason', 'deletes data')).toMatchObject({ state: 'revoked' });
    for (const args of [
      ['unyank', 'alive@1.1.0'],
      ['override', 'alive@1.1.0', '--reason', 'please', '--hours', '1'],
    ]) {
      const { code, stderr } = await call(...args);
      expect(code).toBe(1);
      expect(stderr).toContain('version-state-conflict');
      expect(stderr).toContain('atomctl get');
    }
    expect((await call('explain', 'alive@1.1.0')).code).toBe(1);
  });

  it.each([
    [['yank', 'alive', '--reason', 'x']],
    [['yank', 'alive@1.0.0']],
    [['revoke', 'alive@1.0.0']],
    [['override', 'alive@1.0.0']],
    [['override', 'alive@1.0.0', '--reason', 'x', '--hours', '1.5']],
    [['override', 'alive@1.0.0', '--end', '--reason', 'x']],
    [['unyank', 'alive']],
    [['delete', 'alive']],
    [['resign', 'alive']],
  ])('is not changed by %j, which is wrong usage', async (args) => {
    const before = await json('get', 'alive@1.0.0');
    expect(await call(...args)).toMatchObject({ code: 2, stdout: '' });
    expect(await json('get', 'alive@1.0.0')).toEqual(before);
  });

  it('is on record', async () => {
    const { items } = await json('audit', '--subject', 'workflows/alive/versions/1.1.0');
    expect((items as { action: string }[]).map(({ action }) => action)).toEqual([
      ...['version.revoke', 'version.unyank', 'version.end-override', 'version.override', 'version.yank'],
    ]);
  });
});

// Deleting asks the runtime for runs, and signing needs a Vault: of those only what the command line does with the answers.
describe('delete and resign', () => {
  let atom: AtomStub;
  beforeAll(async () => {
    atom = await AtomStub.start();
  });
  afterAll(() => atom.stop());
  const ask = (...args: string[]): Promise<Ended> => atomctl(args, { env: { ATOM_URL: atom.url, ATOM_TOKEN: 't' } });

  it('delete says what was deleted when the answer has no body', async () => {
    atom.on('DELETE /v1/workflows/x/versions/1.0.0', (_request, response) => response.writeHead(204).end());
    const { code, stdout, stderr } = await ask('delete', 'x@1.0.0', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ name: 'x', version: '1.0.0', state: 'deleted' });
    expect(stderr).not.toBe('');
  });

  it('resign is refused where Atom has no key of its own, in its words', async () => {
    await registered('unsignable', '1.0.0');
    const { code, stdout, stderr } = await call('resign', 'unsignable@1.0.0');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('signing-not-configured');
  });

  it('resign shows the new signature', async () => {
    const signature = { kind: 'bundle', signer: { kind: 'key', keyId: 'server' }, storedAt: 'now', bundle: '{}' };
    atom.onJson('POST /v1/workflows/x/versions/1.0.0/sign', 200, signature);
    const { code, stdout } = await ask('resign', 'x@1.0.0');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^signer: +key server$/m);
  });
});
